//! How long a connection lasts, and requests that come in one packet.

use crate::{
    edge::support::{NO_SESSION, chunk_request, closes},
    support::{gateway::Gateway, request::Request, wire::Wire},
};

use super::support::{chunk_envelope, coded, gzip};

#[tokio::test]
async fn an_http_10_client_may_ask_for_the_connection_to_last() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let request = chunk_request(&session, b"chunk").line("POST /dfs.asmx HTTP/1.0");
    let lasting = request.clone().header("Connection", "Keep-Alive");
    let mut wire = Wire::connect(gateway.address).await;
    for total in [5, 10] {
        let answer = wire.ask(&lasting).await;
        assert_eq!(answer.result("UploadFileChunk"), total);
        assert!(!closes(&answer), "{answer:?}");
        let head = answer.head.to_ascii_lowercase();
        assert!(head.contains("\r\nconnection: keep-alive\r\n"), "{head}");
    }
    assert_eq!(wire.ask(&request).await.result("UploadFileChunk"), 15);
    wire.closed().await;
    gateway.stop().await;
}

#[tokio::test]
async fn requests_of_all_kinds_in_one_packet_are_answered_in_their_order() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let envelope = chunk_envelope(&session, b"chunk");
    let damaged = &gzip(envelope.as_bytes())[..40];
    let packet = [
        chunk_request(&session, b"one").bytes(),
        coded("gzip", gzip(envelope.as_bytes())).bytes(),
        coded("deflate", b"whatever".to_vec()).bytes(),
        coded("gzip", damaged.to_vec()).bytes(),
        chunk_request(NO_SESSION, b"chunk").bytes(),
        Request::get("/healthz").bytes(),
        chunk_request(&session, b"two")
            .header("Connection", "close")
            .bytes(),
    ]
    .concat();
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&packet).await;
    let answers = wire.closed().await;
    let told: Vec<String> = answers.split("HTTP/1.1 ").skip(1).map(summary).collect();
    assert_eq!(
        told,
        [
            "200: 3",
            "200: 8",
            "415: ",
            "400: ",
            "200: -1062",
            "200: ",
            "200: 11"
        ],
        "{answers}"
    );
    gateway.stop().await;
}

/// The status of an answer and the result in it.
fn summary(answer: &str) -> String {
    let (_, result) = answer
        .split_once("<UploadFileChunkResult>")
        .unwrap_or_default();
    let (result, _) = result.split_once('<').unwrap_or_default();
    format!("{}: {result}", &answer[..3])
}
