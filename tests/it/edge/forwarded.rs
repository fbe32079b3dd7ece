//! Who the client is, and where it has reached us, is believed only of trusted proxies.

use crate::support::{
    gateway::{Gateway, PASSWORD, USER},
    request::{Request, credentials},
    soap::Answer,
    wire::Wire,
};

async fn gateway(trusting: bool) -> Gateway {
    let network = if trusting {
        "127.0.0.0/8"
    } else {
        "10.0.0.0/8"
    };
    Gateway::with(|settings| {
        settings.http.trusted_proxies = vec![network.parse().unwrap()];
    })
    .await
}

/// The address under which the gateway knows a client that says it comes from `192.0.2.7`.
async fn client_address(gateway: &Gateway) -> String {
    let request = Request::soap_11("StartFileUpload", &credentials(USER, PASSWORD));
    let mut wire = Wire::connect(gateway.address).await;
    let answer = wire.ask(&request.forwarded_for("192.0.2.7")).await;
    let session = answer.text("SessionID").expect("a session");
    let key = chunkgate::engine::session::SessionKey::of(session);
    let name = chunkgate::engine::repository::SessionName::Key(key);
    let status = gateway.repository.status(name).await.unwrap();
    status.expect("the session").client_address
}

async fn description(gateway: &Gateway, headers: &[(&'static str, &str)]) -> Answer {
    let mut request = Request::get("/dfs.asmx?wsdl");
    for &(name, value) in headers {
        request = request.header(name, value);
    }
    Wire::connect(gateway.address).await.ask(&request).await
}

fn assert_points_to(answer: &Answer, address: &str) {
    let wanted = format!("location=\"{address}\"");
    assert_eq!(answer.body.matches("location=\"http").count(), 4);
    assert_eq!(answer.body.matches(&wanted).count(), 4, "{}", answer.body);
}

#[tokio::test]
async fn a_trusted_proxy_says_who_the_client_is() {
    let gateway = gateway(true).await;
    assert_eq!(client_address(&gateway).await, "192.0.2.7");
    gateway.stop().await;
}

#[tokio::test]
async fn anybody_else_does_not() {
    let gateway = gateway(false).await;
    assert_eq!(client_address(&gateway).await, "127.0.0.1");
    gateway.stop().await;
}

const PROXIED: [(&str, &str); 4] = [
    ("Host", "inner.example:8080"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "fax.example:8443"),
    ("X-Forwarded-Port", "8443"),
];

#[tokio::test]
async fn the_description_points_to_where_a_trusted_proxy_was_reached() {
    let gateway = gateway(true).await;
    let answer = description(&gateway, &PROXIED).await;
    assert_points_to(&answer, "https://fax.example:8443/dfs.asmx");
    gateway.stop().await;
}

#[tokio::test]
async fn without_a_trusted_proxy_it_points_to_where_the_client_has_reached_us() {
    let gateway = gateway(false).await;
    let answer = description(&gateway, &PROXIED).await;
    assert_points_to(&answer, "http://inner.example:8080/dfs.asmx");
    gateway.stop().await;
}

#[tokio::test]
async fn a_fixed_public_address_counts_before_everything() {
    let gateway = Gateway::with(|settings| {
        settings.server.public_url = Some("https://public.example/fax/".to_owned());
        settings.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let answer = description(&gateway, &PROXIED).await;
    assert_points_to(&answer, "https://public.example/fax/dfs.asmx");
    gateway.stop().await;
}
