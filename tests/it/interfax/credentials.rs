//! -1003: wrong user or password.

use chunkgate::engine::account::AccountSettings;

use crate::support::gateway::{Gateway, PASSWORD, USER};

use super::support::{change_account, good_credentials, start};

#[tokio::test]
async fn a_wrong_user_or_password_is_1003() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    assert_eq!(start(&mut client, USER, "wrong").await, -1003);
    assert_eq!(
        start(&mut client, USER, &PASSWORD.to_uppercase()).await,
        -1003
    );
    assert_eq!(start(&mut client, USER, "").await, -1003);
    assert_eq!(start(&mut client, "nobody", PASSWORD).await, -1003);
    assert_eq!(start(&mut client, "", "").await, -1003);
    assert_eq!(start(&mut client, USER, PASSWORD).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn missing_credentials_are_1003() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let only_user = format!("<Username>{USER}</Username>");
    for parameters in ["", &only_user, "<Password>x</Password>"] {
        let answer = client.call("StartFileUpload", parameters).await;
        assert_eq!(answer.result("StartFileUpload"), -1003, "{parameters}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn the_user_name_is_compared_without_regard_to_case() {
    let gateway = Gateway::start().await;
    gateway
        .add_account("Müller", AccountSettings::default())
        .await;
    let mut client = gateway.client();
    for user in ["OFFICE", "office", "oFFiCe", "MÜLLER", "müller"] {
        assert_eq!(start(&mut client, user, PASSWORD).await, 0, "{user}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn credentials_given_as_attributes_are_not_seen() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let body = r#"<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><StartFileUpload xmlns="http://www.interfax.cc" Username="Office" Password="s3cret &amp; &lt;more>" /></soap:Body></soap:Envelope>"#;
    let request =
        crate::support::request::Request::post("http://www.interfax.cc/StartFileUpload", body);
    let answer = client.send(&request.bytes()).await;
    assert_eq!(answer.result("StartFileUpload"), -1003);
    gateway.stop().await;
}

#[tokio::test]
async fn credentials_in_another_namespace_are_not_seen() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let elsewhere = good_credentials().replace("<Username>", "<Username xmlns=\"urn:elsewhere\">");
    let answer = client.call("StartFileUpload", &elsewhere).await;
    assert_eq!(answer.result("StartFileUpload"), -1003);
    gateway.stop().await;
}

#[tokio::test]
async fn a_disabled_account_is_1003_until_it_is_enabled() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    assert_eq!(start(&mut client, USER, PASSWORD).await, 0);
    change_account(&gateway, |account| account.enabled = false).await;
    assert_eq!(start(&mut client, USER, PASSWORD).await, -1003);
    change_account(&gateway, |account| account.enabled = true).await;
    assert_eq!(start(&mut client, USER, PASSWORD).await, 0);
    gateway.stop().await;
}
