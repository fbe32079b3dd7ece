//! A document goes up in chunks and is there, byte for byte.

use crate::support::gateway::Gateway;

#[tokio::test]
async fn a_document_uploaded_in_chunks_is_there_byte_for_byte() {
    let gateway = Gateway::start().await;
    let document = include_bytes!("../../data/sample.pdf");
    let mut client = gateway.client();
    let session = client.start().await;
    let mut total = 0;
    let chunks: Vec<&[u8]> = document.chunks(100_000).collect();
    for (index, chunk) in chunks.iter().enumerate() {
        total += i64::try_from(chunk.len()).unwrap();
        let is_last = index + 1 == chunks.len();
        assert_eq!(client.chunk(&session, chunk, is_last).await, total);
    }
    assert_eq!(client.chunk(&session, b"more", true).await, -1062);
    let id = gateway.session(&session).await;
    assert!(gateway.content(id).await == document);
    gateway.stop().await;
}
