//! The answer to a chunk is the number of bytes received so far, decoded.

use crate::support::gateway::Gateway;

use super::support::{document, holds};

#[tokio::test]
async fn the_answer_is_the_total_so_far() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    let document = document(70_001);
    assert_eq!(client.chunk(&session, &document[..1], false).await, 1);
    assert_eq!(client.chunk(&session, &document[1..300], false).await, 300);
    assert_eq!(client.chunk(&session, &document[300..], true).await, 70_001);
    assert!(holds(&gateway, &session, &document).await);
    gateway.stop().await;
}

#[tokio::test]
async fn equal_chunks_that_were_answered_are_all_data() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    for total in [4, 8, 12] {
        assert_eq!(client.chunk(&session, b"same", false).await, total);
    }
    assert_eq!(client.chunk(&session, b"same", true).await, 16);
    assert!(holds(&gateway, &session, &b"same".repeat(4)).await);
    gateway.stop().await;
}

#[tokio::test]
async fn a_session_takes_several_documents_one_after_another() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    let (first, second) = (document(1000), document(77));
    assert_eq!(client.chunk(&session, &first, false).await, 1000);
    assert_eq!(client.chunk(&session, &second, true).await, 1077);
    assert!(holds(&gateway, &session, &[first, second].concat()).await);
    gateway.stop().await;
}

#[tokio::test]
async fn any_connection_carries_a_chunk_of_any_session() {
    let gateway = Gateway::start().await;
    let (mut one, mut other) = (gateway.client(), gateway.client());
    let (ones, others) = (one.start().await, other.start().await);
    assert_eq!(one.chunk(&others, b"ot", false).await, 2);
    assert_eq!(other.chunk(&ones, b"on", false).await, 2);
    assert_eq!(one.chunk(&ones, b"es", true).await, 4);
    assert_eq!(other.chunk(&others, b"hers", true).await, 6);
    assert!(holds(&gateway, &ones, b"ones").await);
    assert!(holds(&gateway, &others, b"others").await);
    gateway.stop().await;
}
