//! A session that nobody writes to expires, open or complete; a chunk prolongs an open one.

use std::time::{Duration, Instant};

use chunkgate::engine::session::SessionState;
use time::OffsetDateTime;

use crate::support::gateway::Gateway;

use super::support::status;

/// Makes every session of the gateway as if it had been quiet so long that this time is left.
async fn time_left(gateway: &Gateway, seconds: i32) {
    let sql = gateway.database.connect().await;
    let statement =
        "UPDATE upload_session SET expires_at = now() + make_interval(secs => $1::integer)";
    sql.execute(statement, &[&seconds]).await.unwrap();
}

#[tokio::test]
async fn an_expired_session_is_1062_whether_it_was_open_or_complete() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let (open, complete) = (client.start().await, client.start().await);
    assert_eq!(client.chunk(&open, b"a", false).await, 1);
    assert_eq!(client.chunk(&complete, b"a", true).await, 1);
    time_left(&gateway, -1).await;
    for session in [&open, &complete] {
        assert_eq!(client.chunk(session, b"b", false).await, -1062);
        assert_eq!(client.cancel(session).await, -1062);
        assert_eq!(status(&gateway, session).await.state, SessionState::Expired);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_session_expires_after_its_time_out_and_its_bytes_are_given_up() {
    let gateway = Gateway::with(|settings| {
        settings.session.timeout = Duration::from_secs(1);
        settings.session.undelete = Duration::from_secs(1);
        settings.session.sweep_interval = Duration::from_millis(100);
    })
    .await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"document", true).await, 8);
    let id = gateway.session(&session).await;
    let patience = Instant::now() + Duration::from_secs(20);
    while !gateway.repository.extents(id).await.unwrap().is_empty() {
        assert!(Instant::now() < patience, "the session is still there");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(client.cancel(&session).await, -1062);
    gateway.stop().await;
}

#[tokio::test]
async fn a_chunk_prolongs_its_session_whether_its_time_out_is_long_or_short() {
    for time_out in [Duration::from_hours(1), Duration::from_mins(1)] {
        let gateway = Gateway::with(|settings| settings.session.timeout = time_out).await;
        let mut client = gateway.client();
        let session = client.start().await;
        time_left(&gateway, 20).await;
        assert_eq!(client.chunk(&session, b"chunk", false).await, 5);
        let left = status(&gateway, &session).await.expires_at - OffsetDateTime::now_utc();
        assert!(left > time_out / 2, "{left} of {time_out:?}");
        gateway.stop().await;
    }
}

#[tokio::test]
async fn an_accounts_own_time_out_counts_before_the_gateways() {
    let gateway = Gateway::start().await;
    super::support::change_account(&gateway, |account| {
        account.limits.session_timeout = Some(30);
    })
    .await;
    let session = gateway.client().start().await;
    let status = status(&gateway, &session).await;
    assert_eq!(
        status.expires_at - status.created_at,
        Duration::from_secs(30)
    );
    gateway.stop().await;
}
