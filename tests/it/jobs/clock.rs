//! A clock that jumps forward deletes nothing until it is believed; see `jobs/clock.rs` for the rule.
//!
//! The server's clock cannot be set here. To a gateway it is the same if all that it has stored, and what it last saw of
//! the clock, is older by as much.

use std::time::Duration;

use chunkgate::engine::session::SessionState;

use crate::{
    cli::support::{program_beside, run as run_program},
    fax::support::{ended, number, run, submit, upload},
    interfax::support::status,
    support::{eventually::until, gateway::Gateway},
};

/// A gateway that looks for what is old all the time.
async fn gateway() -> Gateway {
    Gateway::with(|settings| settings.session.sweep_interval = Duration::from_millis(50)).await
}

/// As if the clock had jumped forward, in hours.
async fn jump(gateway: &Gateway, hours: i32) {
    let by = format!("interval '{hours} hours'");
    let statements = format!(
        "BEGIN;
         UPDATE upload_session SET created_at = created_at - {by}, expires_at = expires_at - {by}, ended_at = ended_at - {by},
                                   kept_since = kept_since - {by}, undelete_since = undelete_since - {by};
         UPDATE fax_transaction SET ended_at = ended_at - {by};
         UPDATE fax_submission SET created_at = created_at - {by};
         UPDATE fax_outbox SET due_at = due_at - {by}, queued_at = queued_at - {by}, handed_over_at = handed_over_at - {by};
         UPDATE gateway_clock SET seen_at = seen_at - {by};
         COMMIT"
    );
    run(gateway, &statements).await;
}

/// Until the jump was noticed, and everything was looked for once more after that.
async fn noticed(gateway: &Gateway) {
    until("the jump is noticed", async || {
        number(
            gateway,
            "SELECT count(*) FROM gateway_clock WHERE held_back > 60",
        )
        .await
            == 1
    })
    .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_ends_no_upload_and_drops_no_document() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let sent = upload(&mut client, b"document of a fax").await;
    let fax = submit(&mut client, &sent, 17).await;
    ended(&gateway, &mut client, fax, "done\n").await;
    let waits = upload(&mut client, b"document of another").await;
    let waits = submit(&mut client, &waits, 19).await;
    let open = client.start().await;
    assert_eq!(client.chunk(&open, b"begun", false).await, 5);
    let complete = upload(&mut client, b"complete").await;
    let extents = number(&gateway, "SELECT count(*) FROM upload_extent").await;

    // Longer than anything is kept: uploads, documents, rows, the time in which a fax may be handed over and end.
    jump(&gateway, 24 * 800).await;
    // Before anybody has noticed, too.
    assert_eq!(client.chunk(&open, b", and ", false).await, 11);
    noticed(&gateway).await;
    assert_eq!(client.chunk(&open, b"ended", true).await, 16);
    assert_eq!(
        status(&gateway, &complete).await.state,
        SessionState::Complete
    );
    assert_eq!(
        number(&gateway, "SELECT count(*) FROM upload_extent").await,
        extents + 2
    );
    let failed =
        format!("SELECT count(*) FROM fax_transaction WHERE outcome = 'failed' AND id = {waits}");
    assert_eq!(number(&gateway, &failed).await, 0);
    let fax = submit(&mut client, &complete, 8).await;
    assert!(fax > 0);

    // Nor when it is known over a restart.
    let gateway = gateway.restart().await;
    let mut client = gateway.client();
    assert!(submit(&mut client, &open, 16).await > 0);
    run_program(&mut program_beside(&gateway, &["clock", "show"]))
        .ends_with(0)
        .shows("held back by         2years");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_are_under_way_outlive_the_clock_that_is_believed_again() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let open = client.start().await;
    jump(&gateway, 5).await;
    noticed(&gateway).await;
    run_program(&mut program_beside(&gateway, &["clock", "accept"]))
        .ends_with(0)
        .says("by 5h");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(client.chunk(&open, b"goes on", true).await, 7);
    assert_eq!(
        number(&gateway, "SELECT held_back::bigint FROM gateway_clock").await,
        0
    );
    run_program(&mut program_beside(&gateway, &["clock", "accept"]))
        .ends_with(0)
        .says("nothing to do");

    // By itself, when as much time has passed.
    jump(&gateway, 5).await;
    noticed(&gateway).await;
    run(&gateway, "UPDATE gateway_clock SET held_for = held_back").await;
    until("it is believed again", async || {
        number(&gateway, "SELECT held_back::bigint FROM gateway_clock").await == 0
    })
    .await;
    assert_eq!(status(&gateway, &open).await.state, SessionState::Complete);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_is_believed_at_once() {
    let gateway = gateway().await;
    jump(&gateway, 5).await;
    noticed(&gateway).await;
    jump(&gateway, -5).await;
    until("it is believed again", async || {
        number(&gateway, "SELECT held_back::bigint FROM gateway_clock").await == 0
    })
    .await;
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_was_down_for_long_expires_what_is_old() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let open = client.start().await;
    assert_eq!(client.chunk(&open, b"document", false).await, 8);
    drop(client);
    let (settings, database, directory) = gateway.stop_keeping().await;
    let sql = database.connect().await;
    // The machine's own time went on, too.
    sql.batch_execute(
        "UPDATE upload_session SET expires_at = expires_at - interval '5 hours';
         UPDATE gateway_clock SET seen_at = seen_at - interval '5 hours', host_uptime = host_uptime - 5 * 3600",
    )
    .await
    .expect("rows");
    let gateway = Gateway::on(settings, database, directory).await;
    until("it has expired", async || {
        status(&gateway, &open).await.ended_at.is_some()
    })
    .await;
    // Its bytes are still there.
    let id = gateway.session(&open).await;
    assert_eq!(gateway.content(id).await, b"document");
    gateway.stop().await;
}
