//! `CancelFileUpload`: 0 when something was cancelled, or nothing was named; -1062 otherwise.

use chunkgate::engine::session::SessionState;

use crate::support::{
    gateway::Gateway,
    request::{Request, envelope},
};

use super::support::{NO_SESSION, good_credentials, status};

#[tokio::test]
async fn an_open_session_is_cancelled_once() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"document", false).await, 8);
    assert_eq!(client.cancel(&session).await, 0);
    assert_eq!(client.cancel(&session).await, -1062);
    assert_eq!(client.chunk(&session, b"more", false).await, -1062);
    let id = gateway.session(&session).await;
    assert_eq!(
        status(&gateway, &session).await.state,
        SessionState::Cancelled
    );
    let extents = gateway.repository.extents(id).await.unwrap();
    assert!(extents.is_empty(), "the bytes are given up");
    gateway.stop().await;
}

#[tokio::test]
async fn a_complete_session_that_no_fax_has_used_is_dropped() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"document", true).await, 8);
    assert_eq!(client.cancel(&session).await, 0);
    assert_eq!(client.cancel(&session).await, -1062);
    gateway.stop().await;
}

#[tokio::test]
async fn a_session_that_a_fax_has_used_is_1062() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"document", true).await, 8);
    let fax = format!(
        "{}<FaxNumbers>+15550100</FaxNumbers><FileTypes>TXT</FileTypes>\
         <FileSizes>8/sessionID={session}</FileSizes>",
        good_credentials()
    );
    assert!(client.call("SendfaxEx_2", &fax).await.result("SendfaxEx_2") > 0);
    assert_eq!(client.cancel(&session).await, -1062);
    assert_eq!(client.chunk(&session, b"document", true).await, -1062);
    gateway.stop().await;
}

#[tokio::test]
async fn without_a_session_id_or_with_an_empty_one_it_is_0() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    for nothing in [
        "",
        "<SessionID/>",
        "<SessionID></SessionID>",
        "<SessionId>x</SessionId>",
    ] {
        let answer = client.call("CancelFileUpload", nothing).await;
        assert_eq!(answer.result("CancelFileUpload"), 0, "{nothing}");
    }
    // Nor does it need the operation's element.
    let body = envelope(chunkgate::soap::Version::V11, "Other", "");
    let request = Request::post("http://www.interfax.cc/CancelFileUpload", body);
    let answer = client.send(&request.bytes()).await;
    assert_eq!(answer.result("CancelFileUpload"), 0);
    assert_eq!(client.chunk(&session, b"still open", false).await, 10);
    gateway.stop().await;
}

#[tokio::test]
async fn any_other_name_is_1062() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    for name in [NO_SESSION, "x", " ", "'; DROP TABLE account; --"] {
        assert_eq!(client.cancel(name).await, -1062, "{name:?}");
    }
    gateway.stop().await;
}
