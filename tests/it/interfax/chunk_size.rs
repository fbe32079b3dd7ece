//! -1063: a chunk of more than 3 MiB, decoded.

use base64_simd::STANDARD;

use crate::support::{gateway::Gateway, request::session_element};

use super::support::{MIB, change_account, chunk_for, document, holds, status, upload};

#[tokio::test]
async fn three_mebibytes_are_taken_and_one_byte_more_is_1063() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    let document = document(3 * MIB + 1);
    assert_eq!(client.chunk(&session, &document, false).await, -1063);
    assert_eq!(status(&gateway, &session).await.received, 0);
    let chunk = &document[..3 * MIB];
    assert_eq!(client.chunk(&session, chunk, false).await, 3_145_728);
    assert!(holds(&gateway, &session, chunk).await);
    gateway.stop().await;
}

#[tokio::test]
async fn a_chunk_that_is_too_large_does_not_close_its_session() {
    let gateway = Gateway::with(|settings| settings.session.max_chunk = 1024).await;
    let mut client = gateway.client();
    let session = client.start().await;
    let document = document(1025);
    assert_eq!(client.chunk(&session, &document, true).await, -1063);
    assert_eq!(client.chunk(&session, &document[..1024], true).await, 1024);
    gateway.stop().await;
}

#[tokio::test]
async fn the_size_counts_decoded_however_the_base64_is_wrapped() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    let document = document(3 * MIB);
    let encoded = STANDARD.encode_to_string(&document);
    let lines: Vec<&str> = encoded
        .as_bytes()
        .chunks(60)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    // The widest line end there is: character references, eleven bytes for each sixty.
    let chunk = format!("<Chunk>{}</Chunk>", lines.join("&#xD;&#10;"));
    let parameters = session_element(&session) + &chunk;
    assert_eq!(upload(&mut client, &parameters).await, 3_145_728);
    assert!(holds(&gateway, &session, &document).await);
    gateway.stop().await;
}

#[tokio::test]
async fn the_limit_is_the_one_the_session_started_with() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    change_account(&gateway, |account| account.limits.max_chunk = Some(10)).await;
    let session = client.start().await;
    change_account(&gateway, |account| account.limits.max_chunk = None).await;
    let eleven = chunk_for(&session, &[7; 11]);
    assert_eq!(upload(&mut client, &eleven).await, -1063);
    assert_eq!(client.chunk(&session, &[7; 10], false).await, 10);
    gateway.stop().await;
}
