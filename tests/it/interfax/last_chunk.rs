//! `IsLast` closes the stream: the session takes no more chunks, and lives on for a while.

use time::OffsetDateTime;

use chunkgate::engine::session::SessionState;

use crate::support::gateway::Gateway;

use super::support::{holds, status};

#[tokio::test]
async fn after_the_last_chunk_the_session_takes_no_more() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"document", true).await, 8);
    assert_eq!(client.chunk(&session, b"document", false).await, -1062);
    // The last chunk again is answered again.
    assert_eq!(client.chunk(&session, b"document", true).await, 8);
    assert_eq!(client.chunk(&session, b"more", false).await, -1062);
    assert_eq!(gateway.client().chunk(&session, b"x", false).await, -1062);
    assert!(holds(&gateway, &session, b"document").await);
    gateway.stop().await;
}

#[tokio::test]
async fn a_complete_session_expires_the_time_out_after_its_last_chunk() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    let sql = gateway.database.connect().await;
    sql.batch_execute("UPDATE upload_session SET expires_at = now() + interval '58 minutes'")
        .await
        .unwrap();
    let before = OffsetDateTime::now_utc();
    assert_eq!(client.chunk(&session, b"document", true).await, 8);
    let after = OffsetDateTime::now_utc();
    let status = status(&gateway, &session).await;
    let time_out = gateway.settings.session.timeout;
    assert_eq!(status.state, SessionState::Complete);
    assert!((before + time_out..=after + time_out).contains(&status.expires_at));
    gateway.stop().await;
}
