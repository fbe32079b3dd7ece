//! What is answered to a form.

use crate::{
    forms::support::{chunk_form, form_request, query_request},
    support::gateway::Gateway,
};

use super::support::{NO_SESSION, ask, empty, form_error, form_result};

#[tokio::test]
async fn results() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    for (operation, form, number) in [
        (
            "UploadFileChunk",
            chunk_form(NO_SESSION, b"PDF", false),
            -1062,
        ),
        ("UploadFileChunk", chunk_form(&session, b"", false), -1061),
        ("UploadFileChunk", chunk_form(&session, b"PDF", false), 3),
        (
            "UploadFileChunk",
            format!("SessionID={session}&Chunk=80&Chunk=68&IsLast=FALSE"),
            5,
        ),
        ("CancelFileUpload", format!("SessionID={session}"), 0),
        ("CancelFileUpload", format!("SessionID={session}"), -1062),
        ("CancelFileUpload", "SessionID=".to_owned(), 0),
    ] {
        // Turn about, because each call counts.
        let request = match number % 2 {
            0 => form_request(operation, &form),
            _ => query_request(operation, &form),
        };
        assert_eq!(ask(&gateway, &request).await, form_result(number));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn errors() {
    let gateway = Gateway::start().await;
    for (form, text) in [
        ("", "Missing parameter: SessionID."),
        ("SessionID=1&IsLast=true", "Missing parameter: Chunk."),
        ("SessionID=1&Chunk=80", "Missing parameter: IsLast."),
        (
            "SessionID=1&Chunk=80&IsLast=1",
            "Cannot convert 1 to System.Boolean.",
        ),
        (
            "SessionID=1&Chunk=80&Chunk=256&IsLast=true",
            "Cannot convert 256 to System.Byte.",
        ),
        (
            "SessionID=1&Chunk=80&IsLast=true&SessionID=2",
            "The parameter SessionID was sent more than once.",
        ),
    ] {
        let told = form_error(text);
        let post = form_request("UploadFileChunk", form);
        assert_eq!(ask(&gateway, &post).await, told);
        let get = query_request("UploadFileChunk", form);
        assert_eq!(ask(&gateway, &get).await, told);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn beyond_a_limit() {
    let gateway = Gateway::start().await;
    let form = form_request("CancelFileUpload", &"x=1&".repeat(300));
    assert_eq!(ask(&gateway, &form).await, empty("400 Bad Request"));
    gateway.stop().await;
}
