//! A SessionID is 64 upper-case hexadecimal characters.

use crate::{interfax::support::upload, support::gateway::Gateway};

use super::support::chunk_for;

#[tokio::test]
async fn a_session_id_is_64_upper_case_hexadecimal_characters_and_new_each_time() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let (one, other) = (client.start().await, client.start().await);
    for session in [&one, &other] {
        let hexadecimal = |c: char| matches!(c, '0'..='9' | 'A'..='F');
        assert_eq!(session.len(), 64, "{session}");
        assert!(session.chars().all(hexadecimal), "{session}");
    }
    assert_ne!(one, other);
    gateway.stop().await;
}

#[tokio::test]
async fn a_session_id_is_compared_exactly() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    for wrong in [
        session.to_lowercase(),
        format!(" {session}"),
        session[..63].to_owned(),
    ] {
        assert_eq!(upload(&mut client, &chunk_for(&wrong, b"1")).await, -1062);
    }
    assert_eq!(upload(&mut client, &chunk_for(&session, b"1")).await, 1);
    gateway.stop().await;
}
