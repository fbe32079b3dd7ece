//! A body longer than `http.max_body` gets the original service's fault, and its connection ends.

use std::time::Duration;

use crate::support::{
    gateway::Gateway,
    request::{Request, chunk_element, session_element},
    soap::Answer,
    wire::Wire,
};

use super::support::{chunk_request, closes, received};

const LIMIT: usize = 64 * 1024;
const TEXT: &str = "There was an exception running the extensions specified in the config file. ---&gt; Maximum request length exceeded.";

async fn gateway() -> Gateway {
    Gateway::with(|settings| settings.http.max_body = LIMIT).await
}

fn assert_told(answer: &Answer) {
    assert_eq!(answer.status, 500, "{answer:?}");
    assert!(answer.body.contains(TEXT), "{answer:?}");
    assert!(closes(answer), "{answer:?}");
}

#[tokio::test]
async fn a_client_that_sends_everything_first_sees_the_answer() {
    let gateway = gateway().await;
    let session = gateway.client().start().await;
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&chunk_request(&session, &vec![7; 1 << 20]).bytes())
        .await;
    assert_told(&wire.answer().await);
    wire.closed().await;
    assert_eq!(received(&gateway, &session).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_taken_and_a_byte_more_is_not() {
    let gateway = gateway().await;
    let session = gateway.client().start().await;
    let padded = |length: usize| {
        let request = chunk_request(&session, b"chunk");
        let mut body = String::from_utf8(request.body().to_vec()).unwrap();
        body += &" ".repeat(length - body.len());
        Request::post("http://www.interfax.cc/UploadFileChunk", body)
    };
    let mut wire = Wire::connect(gateway.address).await;
    let answer = wire.ask(&padded(LIMIT)).await;
    assert_eq!(answer.result("UploadFileChunk"), 5);
    assert_told(&wire.ask(&padded(LIMIT + 1)).await);
    wire.closed().await;
    assert_eq!(received(&gateway, &session).await, 5);
    gateway.stop().await;
}

#[tokio::test]
async fn a_body_that_does_not_tell_its_length_is_measured() {
    let gateway = gateway().await;
    let session = gateway.client().start().await;
    let request = chunk_request(&session, &vec![7; 2 * LIMIT])
        .without("Content-Length")
        .header("Transfer-Encoding", "chunked");
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&request.head()).await;
    wire.send(&super::transfer::in_pieces(request.body(), 10_000))
        .await;
    assert_told(&wire.answer().await);
    wire.closed().await;
    assert_eq!(received(&gateway, &session).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_body_without_an_end_is_not_read_for_ever_wherever_it_goes() {
    let gateway = gateway().await;
    for line in [
        "POST /dfs.asmx HTTP/1.1",
        "GET /dfs.asmx?wsdl HTTP/1.1",
        "PUT /dfs.asmx HTTP/1.1",
        "POST /elsewhere HTTP/1.1",
        "GET /healthz HTTP/1.1",
    ] {
        let request = chunk_request("", b"")
            .line(line)
            .without("Content-Length")
            .header("Transfer-Encoding", "chunked");
        let mut wire = Wire::connect(gateway.address).await;
        wire.send(&request.head()).await;
        let piece = super::transfer::piece(&vec![b'A'; 60_000]);
        let endless = async { while wire.offer(&piece).await {} };
        let ended = tokio::time::timeout(Duration::from_secs(30), endless).await;
        assert!(ended.is_ok(), "{line} is read on and on");
    }
    gateway.stop().await;
}

/// The original service answered without asking for the body; the answer is the same.
#[tokio::test]
async fn a_client_that_waits_to_be_asked_for_its_body_sees_the_answer() {
    let gateway = gateway().await;
    let request = chunk_request("", &vec![7; 2 * LIMIT]).header("Expect", "100-continue");
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&request.head()).await;
    assert_told(&wire.answer().await);
    wire.closed().await;
    gateway.stop().await;
}

/// .NET clients wait a moment for the 100, and then send.
#[tokio::test]
async fn a_client_that_is_not_asked_and_sends_its_body_sees_the_answer_too() {
    let gateway = gateway().await;
    let request = chunk_request("", &vec![7; 2 * LIMIT]).header("Expect", "100-continue");
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&request.bytes()).await;
    assert_told(&wire.answer().await);
    wire.finish().await;
    wire.closed().await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_client_that_is_not_asked_is_answered_in_its_version() {
    let gateway = gateway().await;
    let parameters = session_element("") + &chunk_element(&vec![7; 2 * LIMIT]);
    let request = Request::soap_12("UploadFileChunk", &parameters).header("Expect", "100-continue");
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&request.head()).await;
    let answer = wire.answer().await;
    assert_told(&answer);
    assert_eq!(answer.text("soap:Value"), Some("soap:Receiver"));
    gateway.stop().await;
}

#[tokio::test]
async fn on_another_path_there_is_nothing_to_be_too_long_for() {
    let gateway = gateway().await;
    let request = chunk_request("", &vec![7; 2 * LIMIT])
        .line("POST /elsewhere HTTP/1.1")
        .header("Expect", "100-continue");
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&request.head()).await;
    wire.expect("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 ")
        .await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_form_is_not_asked_for_either() {
    let gateway = gateway().await;
    let request = chunk_request("", &vec![7; 2 * LIMIT])
        .line("POST /dfs.asmx/UploadFileChunk HTTP/1.1")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Expect", "100-continue");
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&request.head()).await;
    let answer = wire.answer().await;
    assert_eq!(answer.status, 500, "{answer:?}");
    assert!(answer.body.contains("Maximum request length exceeded."));
    wire.closed().await;
    gateway.stop().await;
}

#[tokio::test]
async fn the_fault_comes_in_the_version_of_the_request() {
    let gateway = gateway().await;
    let parameters = session_element("") + &chunk_element(&vec![7; 2 * LIMIT]);
    let request = Request::soap_12("UploadFileChunk", &parameters);
    let answer = Wire::connect(gateway.address).await.ask(&request).await;
    assert_told(&answer);
    assert_eq!(answer.text("soap:Value"), Some("soap:Receiver"));
    gateway.stop().await;
}
