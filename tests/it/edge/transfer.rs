//! The ways in which a body may come.

use crate::support::{gateway::Gateway, wire::Wire};

use super::support::{chunk_request, closes, received};

/// Bytes as one piece of a body in chunked coding.
pub fn piece(bytes: &[u8]) -> Vec<u8> {
    let size = format!("{:x}\r\n", bytes.len());
    [size.as_bytes(), bytes, b"\r\n"].concat()
}

/// A body in chunked coding, in pieces of `size` bytes.
pub fn in_pieces(body: &[u8], size: usize) -> Vec<u8> {
    let mut coded: Vec<u8> = body.chunks(size).flat_map(piece).collect();
    coded.extend(b"0\r\n\r\n");
    coded
}

#[tokio::test]
async fn chunked_coding_is_understood_whatever_the_pieces() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let mut wire = Wire::connect(gateway.address).await;
    for (index, size) in [1, 7, 1000, 1_000_000].into_iter().enumerate() {
        let request = chunk_request(&session, &[7; 1000])
            .without("Content-Length")
            .header("Transfer-Encoding", "chunked");
        wire.send(&request.head()).await;
        wire.send(&in_pieces(request.body(), size)).await;
        let total = i64::try_from(1000 * (index + 1)).unwrap();
        assert_eq!(wire.answer().await.result("UploadFileChunk"), total);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_chunked_body_without_its_last_piece_stores_nothing() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let request = chunk_request(&session, b"chunk")
        .without("Content-Length")
        .header("Transfer-Encoding", "chunked");
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&request.head()).await;
    wire.send(&piece(request.body())).await;
    wire.finish().await;
    wire.closed().await;
    assert_eq!(received(&gateway, &session).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn http_10_is_understood_and_its_connection_closed() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let request = chunk_request(&session, b"chunk")
        .line("POST /dfs.asmx HTTP/1.0")
        .without("Host");
    let mut wire = Wire::connect(gateway.address).await;
    let answer = wire.ask(&request).await;
    assert_eq!(answer.result("UploadFileChunk"), 5);
    let head = answer.head.to_ascii_lowercase();
    assert!(!head.contains("transfer-encoding"), "{head}");
    wire.closed().await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_client_that_waits_to_be_asked_for_its_body_is_asked() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let request = chunk_request(&session, b"chunk").header("Expect", "100-continue");
    let mut wire = Wire::connect(gateway.address).await;
    for total in [5, 10] {
        wire.send(&request.head()).await;
        wire.expect("HTTP/1.1 100 Continue\r\n\r\n").await;
        wire.send(request.body()).await;
        assert_eq!(wire.answer().await.result("UploadFileChunk"), total);
    }
    gateway.stop().await;
}

/// The original's web server is not known to have refused any; HTTP leaves it to the server.
#[tokio::test]
async fn other_expectations_are_ignored() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let request = chunk_request(&session, b"chunk").header("Expect", "200-ok");
    let answer = Wire::connect(gateway.address).await.ask(&request).await;
    assert_eq!(answer.result("UploadFileChunk"), 5);
    gateway.stop().await;
}

#[tokio::test]
async fn a_client_that_asks_for_the_end_of_the_connection_gets_it() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let request = chunk_request(&session, b"chunk").header("Connection", "close");
    let mut wire = Wire::connect(gateway.address).await;
    let answer = wire.ask(&request).await;
    assert_eq!(answer.result("UploadFileChunk"), 5);
    assert!(closes(&answer), "{answer:?}");
    wire.closed().await;
    gateway.stop().await;
}
