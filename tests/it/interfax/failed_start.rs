//! A refused StartFileUpload gives back the SessionID element that it was given, if any.

use crate::support::{gateway::Gateway, request::credentials};

async fn refused(parameters: &str) -> String {
    let gateway = Gateway::start().await;
    let answer = gateway
        .client()
        .call(
            "StartFileUpload",
            &(credentials("Office", "wrong") + parameters),
        )
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.result("StartFileUpload"), -1003);
    gateway.stop().await;
    answer.body
}

#[tokio::test]
async fn without_a_session_id_none_comes_back() {
    let body = refused("").await;
    assert!(!body.contains("SessionID"), "{body}");
}

#[tokio::test]
async fn an_empty_session_id_comes_back_empty() {
    for empty in ["<SessionID></SessionID>", "<SessionID/>"] {
        let body = refused(empty).await;
        let expected = "<StartFileUploadResult>-1003</StartFileUploadResult><SessionID /></Start";
        assert!(body.contains(expected), "{body}");
    }
}

#[tokio::test]
async fn a_session_id_with_a_value_comes_back_as_it_was() {
    let body = refused("<SessionID>a&lt;b</SessionID>").await;
    assert!(body.contains("<SessionID>a&lt;b</SessionID>"), "{body}");
}
