//! A client that lost an answer sends the chunk again, and it is not stored twice.
//!
//! Here the test looks at the answer and breaks the connection then: as far as the gateway can know,
//! nobody has read it.

use crate::support::{
    gateway::Gateway,
    request::Request,
    soap::{Client, chunk_parameters},
    wire::Wire,
};

use super::support::holds;

/// Sends a chunk whose answer counts as lost; returns what it would have said.
async fn chunk_with_lost_answer(
    gateway: &Gateway,
    session: &str,
    chunk: &[u8],
    is_last: bool,
) -> i64 {
    let request = Request::soap_11(
        "UploadFileChunk",
        &chunk_parameters(session, chunk, is_last),
    );
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&request.bytes()).await;
    let answer = wire.answer().await;
    wire.reset();
    answer.result("UploadFileChunk")
}

async fn begin(gateway: &Gateway) -> (Client, String) {
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"one ", false).await, 4);
    (client, session)
}

#[tokio::test]
async fn the_same_chunk_again_gets_the_same_total_and_is_not_stored() {
    let gateway = Gateway::start().await;
    let (mut client, session) = begin(&gateway).await;
    assert_eq!(
        chunk_with_lost_answer(&gateway, &session, b"two ", false).await,
        8
    );
    assert_eq!(client.chunk(&session, b"two ", false).await, 8);
    // Now it was delivered; the same bytes are the next chunk.
    assert_eq!(client.chunk(&session, b"two ", false).await, 12);
    assert!(holds(&gateway, &session, b"one two two ").await);
    gateway.stop().await;
}

#[tokio::test]
async fn a_different_chunk_after_a_lost_answer_is_stored() {
    let gateway = Gateway::start().await;
    let (mut client, session) = begin(&gateway).await;
    assert_eq!(
        chunk_with_lost_answer(&gateway, &session, b"two ", false).await,
        8
    );
    assert_eq!(client.chunk(&session, b"six ", false).await, 12);
    assert_eq!(client.chunk(&session, b"two ", false).await, 16);
    assert!(holds(&gateway, &session, b"one two six two ").await);
    gateway.stop().await;
}

#[tokio::test]
async fn the_last_chunk_again_gets_the_same_total_and_the_session_stays_closed() {
    let gateway = Gateway::start().await;
    let (mut client, session) = begin(&gateway).await;
    assert_eq!(
        chunk_with_lost_answer(&gateway, &session, b"end.", true).await,
        8
    );
    assert_eq!(client.chunk(&session, b"else", true).await, -1062);
    assert_eq!(client.chunk(&session, b"end.", false).await, -1062);
    assert_eq!(client.chunk(&session, b"end.", true).await, 8);
    // Nothing follows the last chunk, so this is it, whatever became of the answers.
    assert_eq!(client.chunk(&session, b"end.", true).await, 8);
    assert_eq!(gateway.client().chunk(&session, b"end.", true).await, 8);
    assert!(holds(&gateway, &session, b"one end.").await);
    gateway.stop().await;
}

#[tokio::test]
async fn a_client_that_has_gone_before_the_commit_has_sent_nothing() {
    let gateway = Gateway::start().await;
    let (mut client, session) = begin(&gateway).await;
    let request = Request::soap_11(
        "UploadFileChunk",
        &chunk_parameters(&session, b"two ", false),
    );
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&request.head()).await;
    wire.send(&request.body()[..request.body().len() - 1]).await;
    drop(wire);
    assert_eq!(client.chunk(&session, b"two ", false).await, 8);
    assert!(holds(&gateway, &session, b"one two ").await);
    gateway.stop().await;
}
