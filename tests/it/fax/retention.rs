//! Documents are kept for a while after a fax ended, and its rows for a longer while.

use std::time::Duration;

use chunkgate::{engine::repository::Repository, fax::repository::FaxRepository};

use crate::{
    cli::support::{program_beside, run as run_program},
    support::{eventually::until, gateway::Gateway, soap::Client},
};

use super::support::{
    Call, ended, fax, gateway, gateway_with, number, rows, run, submit, upload, waiting,
};

/// How many uploads a job takes at a time.
const MANY: u32 = 100;

const HOUR: Duration = Duration::from_hours(1);

/// A fax of an upload that was sent; returns its session and its transaction.
async fn sent(gateway: &Gateway, client: &mut Client) -> (String, i64) {
    let session = upload(client, b"document").await;
    let id = submit(client, &session, 8).await;
    ended(gateway, client, id, "done\n").await;
    (session, id)
}

/// As if everything had happened so much earlier.
async fn earlier(gateway: &Gateway, by: &str) {
    let statements = format!(
        "UPDATE upload_session SET ended_at = ended_at - interval '{by}', kept_since = kept_since - interval '{by}';
         UPDATE fax_transaction SET ended_at = ended_at - interval '{by}';
         UPDATE fax_submission SET created_at = created_at - interval '{by}'"
    );
    run(gateway, &statements).await;
}

async fn extents(gateway: &Gateway) -> i64 {
    number(gateway, "SELECT count(*) FROM upload_extent").await
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_dropped_and_the_fax_stays() {
    let gateway = gateway_with(|settings| {
        settings.fax.keep_documents = Duration::ZERO;
        settings.session.sweep_interval = Duration::from_millis(50);
    })
    .await;
    let mut client = gateway.client();
    let (session, id) = sent(&gateway, &mut client).await;
    until("end of the documents", async || {
        extents(&gateway).await == 0
    })
    .await;
    let told = fax(&mut client, id).await;
    assert_eq!(told.text("Status"), "0");
    let export = ["session", "export", &session, "-"];
    run_program(&mut program_beside(&gateway, &export))
        .ends_with(3)
        .says("not kept any more (fax.keep_documents)");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_are_kept_can_be_exported() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let (session, _) = sent(&gateway, &mut client).await;
    let export = ["session", "export", &session, "-"];
    run_program(&mut program_beside(&gateway, &export))
        .ends_with(0)
        .shows("document");
    gateway.stop().await;
}

#[tokio::test]
async fn documents_are_kept_until_their_time_is_over() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    sent(&gateway, &mut client).await;
    let rows = rows(&gateway);
    earlier(&gateway, "59 minutes").await;
    assert_eq!(
        rows.drop_documents(HOUR, HOUR, MANY).await.expect("rows"),
        0
    );
    assert_eq!(extents(&gateway).await, 1);
    earlier(&gateway, "2 minutes").await;
    assert_eq!(
        rows.drop_documents(HOUR, HOUR, MANY).await.expect("rows"),
        1
    );
    assert_eq!(extents(&gateway).await, 0);
    // Once is enough.
    assert_eq!(
        rows.drop_documents(HOUR, HOUR, MANY).await.expect("rows"),
        0
    );
    gateway.stop().await;
}

#[tokio::test]
async fn documents_are_kept_while_any_fax_needs_them() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let rows = rows(&gateway);
    waiting(&mut client, "postponed").await;
    let numbers = "5550100;5550101";
    let batch = Call::order("batch")
        .with("FaxNumbers", numbers)
        .id(&mut client)
        .await;
    ended(&gateway, &mut client, batch, "done\n").await;
    let (_, again) = sent(&gateway, &mut client).await;
    let resend = Call::of("ReSendFax").with("TransactionID", &again.to_string());
    let again = resend.id(&mut client).await;
    earlier(&gateway, "1 day").await;
    assert_eq!(
        rows.drop_documents(HOUR, HOUR, MANY).await.expect("rows"),
        0
    );
    assert_eq!(extents(&gateway).await, 3);
    // Those of the batch and of the fax that was sent again go when the last one has ended.
    ended(&gateway, &mut client, batch + 1, "done\n").await;
    ended(&gateway, &mut client, again, "failed 1 no\nfinal\n").await;
    assert_eq!(
        rows.drop_documents(HOUR, HOUR, MANY).await.expect("rows"),
        0
    );
    earlier(&gateway, "1 day").await;
    assert_eq!(
        rows.drop_documents(HOUR, HOUR, MANY).await.expect("rows"),
        2
    );
    assert_eq!(extents(&gateway).await, 1);
    gateway.stop().await;
}

#[tokio::test]
async fn the_retention_of_sessions_does_not_touch_documents_that_are_kept() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let (_, id) = sent(&gateway, &mut client).await;
    let rows = rows(&gateway);
    earlier(&gateway, "1 day").await;
    assert_eq!(rows.delete_ended(HOUR, MANY).await.expect("rows"), 0);
    let resend = Call::of("ReSendFax").with("TransactionID", &id.to_string());
    let again = resend.id(&mut client).await;
    ended(&gateway, &mut client, again, "done\n").await;
    earlier(&gateway, "1 day").await;
    assert_eq!(
        rows.drop_documents(HOUR, HOUR, MANY).await.expect("rows"),
        1
    );
    assert_eq!(rows.delete_ended(HOUR, MANY).await.expect("rows"), 1);
    // The faxes stay without their upload, and nothing can be made of them any more.
    for id in [id, again] {
        assert_eq!(fax(&mut client, id).await.text("Status"), "0");
        let image = Call::of("GetFaxImage").with("TransactionID", &id.to_string());
        assert_eq!(image.result(&mut client).await, -1009);
        let resend = Call::of("ReSendFax").with("TransactionID", &id.to_string());
        assert_eq!(resend.result(&mut client).await, -1009);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn faxes_are_forgotten_when_all_of_a_submission_are_over_for_so_long() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let rows = rows(&gateway);
    let numbers = "5550100;5550101";
    let batch = Call::order("batch")
        .with("FaxNumbers", numbers)
        .id(&mut client)
        .await;
    ended(&gateway, &mut client, batch, "done\n").await;
    let (_, old) = sent(&gateway, &mut client).await;
    let postponed = waiting(&mut client, "postponed").await;
    earlier(&gateway, "1 day").await;
    let (_, young) = sent(&gateway, &mut client).await;
    assert_eq!(rows.delete_old(HOUR, MANY).await.expect("rows"), 1);
    let left = format!(
        "SELECT count(*) FROM fax_transaction WHERE id IN ({batch}, {batch} + 1, {postponed}, {young})"
    );
    assert_eq!(number(&gateway, &left).await, 4);
    let gone = format!("SELECT count(*) FROM fax_transaction WHERE id = {old}");
    assert_eq!(number(&gateway, &gone).await, 0);
    let documents = "SELECT count(*) FROM fax_document";
    assert_eq!(number(&gateway, documents).await, 3);
    ended(&gateway, &mut client, batch + 1, "done\n").await;
    assert_eq!(rows.delete_old(HOUR, MANY).await.expect("rows"), 0);
    earlier(&gateway, "1 day").await;
    assert_eq!(rows.delete_old(HOUR, MANY).await.expect("rows"), 2);
    gateway.stop().await;
}

#[tokio::test]
async fn documents_of_forgotten_faxes_are_dropped() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    sent(&gateway, &mut client).await;
    let rows = rows(&gateway);
    earlier(&gateway, "1 day").await;
    assert_eq!(rows.delete_old(HOUR, MANY).await.expect("rows"), 1);
    assert_eq!(extents(&gateway).await, 1);
    assert_eq!(
        rows.drop_documents(HOUR, HOUR, MANY).await.expect("rows"),
        1
    );
    assert_eq!(extents(&gateway).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn documents_of_dead_letters_are_kept_for_longer() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    sent(&gateway, &mut client).await;
    let rows = rows(&gateway);
    let dead = "UPDATE fax_transaction SET outcome = 'failed', status_code = 1, dead_letter = true";
    run(&gateway, dead).await;
    earlier(&gateway, "2 hours").await;
    let dropped = rows.drop_documents(HOUR, 3 * HOUR, MANY).await;
    assert_eq!(dropped.expect("rows"), 0);
    let dropped = rows.drop_documents(HOUR, HOUR, MANY).await;
    assert_eq!(dropped.expect("rows"), 1);
    gateway.stop().await;
}
