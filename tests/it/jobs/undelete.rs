//! What expired, or was cancelled by an operator, can be brought back for a while, and is dropped after that.

use std::{sync::Arc, time::Duration};

use chunkgate::{
    content::SharedStore,
    engine::{
        repository::SessionName,
        session::{SessionId, SessionState},
    },
    jobs,
};

use super::support::Jobs;
use crate::{
    cli::support::{program_beside, run as run_program},
    content::{
        support::{open, small},
        test_disk::TestDisk,
    },
    fax::support::{run, submit, upload},
    interfax::support::status,
    support::{eventually::until, gateway::Gateway},
};

const DOCUMENT: &[u8] = b"a document";

fn store() -> SharedStore {
    let journal = open(TestDisk::new(), small());
    Arc::clone(&journal) as SharedStore
}

#[tokio::test]
async fn bytes_are_dropped_when_their_time_is_over_however_many_there_are() {
    let mut jobs = Jobs::on(store()).await;
    jobs.parts.undelete = Duration::from_hours(1);
    jobs.sessions(1203, "-1 second").await;
    jobs::expire(jobs.parts.clone()).await;
    jobs.sessions(2, "-1 second").await;
    jobs.run("UPDATE upload_session SET undelete_since = now() - interval '61 minutes' WHERE state = 'expired'")
        .await;
    jobs::expire(jobs.parts.clone()).await;
    jobs::drop_undeletable(jobs.parts.clone()).await;
    assert_eq!(jobs.number("SELECT count(*) FROM upload_extent").await, 2);
    let waiting = "SELECT count(*) FROM upload_session WHERE undelete_since IS NOT NULL";
    assert_eq!(jobs.number(waiting).await, 2);
}

#[tokio::test]
async fn a_session_that_is_brought_back_keeps_its_bytes() {
    let jobs = Jobs::on(store()).await;
    jobs.sessions(3, "-1 second").await;
    jobs::expire(jobs.parts.clone()).await;
    let id = SessionId(jobs.number("SELECT min(id) FROM upload_session").await);
    let repository = &jobs.parts.repository;
    let back = repository.undelete(SessionName::Id(id)).await;
    assert_eq!(back.expect("an answer"), Some(id));
    jobs::drop_undeletable(jobs.parts.clone()).await;
    jobs::expire(jobs.parts.clone()).await;
    assert_eq!(
        jobs.number("SELECT min(session_id) FROM upload_extent")
            .await,
        id.0
    );
    assert_eq!(jobs.number("SELECT count(*) FROM upload_extent").await, 1);
    // The bytes of the others are gone, and so it stays.
    let other = repository
        .undelete(SessionName::Id(SessionId(id.0 + 1)))
        .await;
    assert_eq!(other.expect("an answer"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_brings_back_what_expired_and_its_client_goes_on() {
    let gateway =
        Gateway::with(|settings| settings.session.sweep_interval = Duration::from_millis(50)).await;
    let mut client = gateway.client();
    let open = client.start().await;
    assert_eq!(client.chunk(&open, DOCUMENT, false).await, 10);
    let complete = upload(&mut client, DOCUMENT).await;
    run(&gateway, "UPDATE upload_session SET expires_at = now()").await;
    for session in [&open, &complete] {
        until("it has expired", async || {
            status(&gateway, session).await.ended_at.is_some()
        })
        .await;
        assert_eq!(client.chunk(session, b"more", true).await, -1062);
        run_program(&mut program_beside(
            &gateway,
            &["session", "undelete", session],
        ))
        .ends_with(0)
        .says("is back");
    }
    assert_eq!(client.chunk(&open, b"!", true).await, 11);
    assert!(submit(&mut client, &open, 11).await > 0);
    assert!(submit(&mut client, &complete, 10).await > 0);
    run_program(&mut program_beside(
        &gateway,
        &["session", "undelete", &open],
    ))
    .ends_with(3)
    .says("consumed");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operators_cancellation_can_be_taken_back_and_a_clients_not() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let mistaken = upload(&mut client, DOCUMENT).await;
    run_program(&mut program_beside(
        &gateway,
        &["session", "cancel", &mistaken],
    ))
    .ends_with(0)
    .says("session undelete");
    assert_eq!(client.chunk(&mistaken, b"more", true).await, -1062);
    let export = run_program(&mut program_beside(
        &gateway,
        &["session", "export", &mistaken, "-"],
    ));
    assert_eq!(export.ends_with(0).stdout.as_bytes(), DOCUMENT);
    run_program(&mut program_beside(&gateway, &["verify"]))
        .ends_with(0)
        .shows("1 session, 1 extent, 10 bytes: all whole");
    run_program(&mut program_beside(
        &gateway,
        &["session", "undelete", &mistaken],
    ))
    .ends_with(0);
    assert_eq!(
        status(&gateway, &mistaken).await.state,
        SessionState::Complete
    );
    assert_eq!(client.cancel(&mistaken).await, 0);
    run_program(&mut program_beside(
        &gateway,
        &["session", "undelete", &mistaken],
    ))
    .ends_with(3)
    .says("its bytes are given up");
    gateway.stop().await;
}
