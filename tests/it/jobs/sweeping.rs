//! What is overdue is expired, what ended long ago is forgotten, in batches.

use std::sync::Arc;

use chunkgate::{content::SharedStore, jobs};

use super::support::Jobs;
use crate::content::support::{open, small};
use crate::content::test_disk::TestDisk;

fn store() -> SharedStore {
    let journal = open(TestDisk::new(), small());
    Arc::clone(&journal) as SharedStore
}

#[tokio::test]
async fn overdue_sessions_expire_however_many_there_are() {
    let jobs = Jobs::on(store()).await;
    jobs.sessions(1203, "-1 second").await;
    jobs.sessions(5, "1 hour").await;
    jobs::expire(jobs.parts.clone()).await;
    jobs::drop_undeletable(jobs.parts.clone()).await;
    let states =
        "SELECT count(*) FROM upload_session WHERE state = 'expired' AND ended_at IS NOT NULL";
    assert_eq!(jobs.number(states).await, 1203);
    assert_eq!(jobs.number("SELECT count(*) FROM upload_extent").await, 5);
    let open = "SELECT count(*) FROM upload_session WHERE state = 'open'";
    assert_eq!(jobs.number(open).await, 5);
}

#[tokio::test]
async fn one_statement_expires_a_batch_the_longest_overdue_first() {
    let jobs = Jobs::on(store()).await;
    jobs.sessions(3, "-1 second").await;
    jobs.sessions(4, "-1 hour").await;
    let expired = jobs.parts.repository.expire(4).await.expect("an answer");
    assert_eq!(expired.len(), 4);
    let left = "SELECT count(*) FROM upload_session
                WHERE state = 'open' AND expires_at > now() - interval '1 minute'";
    assert_eq!(jobs.number(left).await, 3);
}

#[tokio::test]
async fn a_locked_session_keeps_nobody_waiting() {
    let jobs = Jobs::on(store()).await;
    jobs.sessions(3, "-1 second").await;
    jobs.run("BEGIN; SELECT FROM upload_session WHERE id = 2 FOR NO KEY UPDATE")
        .await;
    let expired = jobs.parts.repository.expire(10).await.expect("an answer");
    assert_eq!(expired.len(), 2);
    jobs.run("COMMIT").await;
    let expired = jobs.parts.repository.expire(10).await.expect("an answer");
    assert_eq!(expired.len(), 1);
}

#[tokio::test]
async fn sessions_are_forgotten_after_their_retention() {
    let jobs = Jobs::on(store()).await;
    jobs.sessions(1203, "1 hour").await;
    jobs.run(
        "UPDATE upload_session SET state = 'consumed', ended_at = now() - interval '25 hours'",
    )
    .await;
    jobs.sessions(2, "1 hour").await;
    jobs.run(
        "UPDATE upload_session SET state = 'consumed', ended_at = now() - interval '23 hours'
         WHERE state = 'open' AND id % 2 = 0",
    )
    .await;
    jobs::forget(jobs.parts.clone()).await;
    assert_eq!(jobs.number("SELECT count(*) FROM upload_session").await, 2);
    assert_eq!(jobs.number("SELECT count(*) FROM upload_extent").await, 2);
}
