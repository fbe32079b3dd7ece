//! -1061: a chunk that is absent, or decodes to zero bytes.

use crate::support::{gateway::Gateway, request::session_element};

use super::support::{holds, upload};

#[tokio::test]
async fn an_absent_or_empty_chunk_is_1061_and_the_session_stays_open() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    for chunk in [
        "",
        "<Chunk/>",
        "<Chunk></Chunk>",
        "<Chunk> \r\n\t </Chunk>",
        "<Chunk><!-- nothing --></Chunk>",
        "<chunk>QUJD</chunk>",
        r#"<Chunk xmlns="urn:elsewhere">QUJD</Chunk>"#,
    ] {
        let parameters = session_element(&session) + chunk;
        assert_eq!(upload(&mut client, &parameters).await, -1061, "{chunk}");
    }
    assert_eq!(client.chunk(&session, b"ABC", false).await, 3);
    assert!(holds(&gateway, &session, b"ABC").await);
    gateway.stop().await;
}

#[tokio::test]
async fn an_empty_chunk_that_claims_to_be_the_last_does_not_close_the_session() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"", true).await, -1061);
    assert_eq!(client.chunk(&session, b"ABC", true).await, 3);
    assert_eq!(client.chunk(&session, b"", true).await, -1062);
    gateway.stop().await;
}
