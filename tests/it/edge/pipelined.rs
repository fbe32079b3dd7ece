//! A request is answered as it asks, whatever comes behind it on its connection.

use crate::support::{gateway::Gateway, request::Request, wire::Wire};

use super::{support::chunk_request, transfer::piece};

/// The next request in the same packet, and what its answer begins with.
fn next_ones() -> Vec<(Vec<u8>, &'static str)> {
    let last = |request: Request| request.header("Connection", "close").bytes();
    vec![
        (
            last(Request::get("/dfs.asmx?wsdl").line("HEAD /dfs.asmx?wsdl HTTP/1.1")),
            "HTTP/1.1 200 ",
        ),
        (
            last(Request::get("/healthz").line("GET /healthz HTTP/1.0")),
            "HTTP/1.0 200 ",
        ),
        (last(Request::get("/healthz")), "HTTP/1.1 200 "),
        (b"no request\r\n\r\n".to_vec(), "HTTP/1.1 400 "),
    ]
}

#[tokio::test]
async fn the_next_request_changes_nothing_in_the_answer_to_this_one() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let whole = chunk_request(&session, b"chunk");
    let envelope = String::from_utf8(whole.bytes()).unwrap();
    let envelope = envelope.split_once("\r\n\r\n").unwrap().1.as_bytes();
    let in_chunks = whole
        .clone()
        .without("Content-Length")
        .header("Transfer-Encoding", "chunked");
    let (first, second) = envelope.split_at(100);
    let in_chunks = [
        in_chunks.head(),
        piece(first),
        piece(second),
        b"0\r\n\r\n".to_vec(),
    ]
    .concat();
    let mut total = 0;
    for this in [whole.bytes(), in_chunks] {
        for (next, begins) in next_ones() {
            let mut wire = Wire::connect(gateway.address).await;
            wire.send(&[&this[..], &next[..]].concat()).await;
            total += 5;
            let answers = wire.closed().await;
            let result = format!("<UploadFileChunkResult>{total}</UploadFileChunkResult>");
            let (answer, rest) = answers.split_once("</soap:Envelope>").expect("a body");
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answers}");
            assert!(answer.contains(&result), "{answers}");
            assert!(rest.starts_with(begins), "{answers}");
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_connection_that_shall_end_with_this_answer_ends() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let last = chunk_request(&session, b"chunk").header("Connection", "close");
    let mut wire = Wire::connect(gateway.address).await;
    let more = Request::get("/healthz").bytes();
    wire.send(&[last.bytes(), more].concat()).await;
    let answers = wire.closed().await;
    assert_eq!(answers.matches("HTTP/1.").count(), 1, "{answers}");
    assert!(answers.contains("<UploadFileChunkResult>5<"), "{answers}");
    gateway.stop().await;
}
