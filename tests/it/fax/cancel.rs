//! `CancelFax` and `CancelBatch`: 0 only if a fax is not sent and never will be.

use time::Duration as Span;

use crate::support::{eventually::until, gateway::Gateway, soap::Client};

use super::support::{
    Call, ahead, documents, ended, fax, forgotten, gateway, gateway_with, handed_over, has_status,
    number, other_account, run, say, spool, status, take, waiting,
};

/// What the code of a cancelled fax is.
const CANCELLED: i64 = 900_001;

async fn cancel(client: &mut Client, id: i64) -> i64 {
    let call = Call::of("CancelFax").with("TransactionID", &id.to_string());
    call.result(client).await
}

async fn cancel_batch(client: &mut Client, id: i64) -> i64 {
    let call = Call::of("CancelBatch").with("ParentTransactionID", &id.to_string());
    call.result(client).await
}

/// It is over, and nothing is left that could send it.
async fn is_cancelled(gateway: &Gateway, client: &mut Client, id: i64) {
    assert_eq!(status(client, id).await, CANCELLED);
    let left = format!("SELECT count(*) FROM fax_outbox WHERE transaction_id = {id}");
    assert_eq!(number(gateway, &left).await, 0);
    assert_eq!(cancel(client, id).await, -1005);
}

#[tokio::test]
async fn a_fax_that_waits_is_cancelled_and_never_in_the_spool() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let id = waiting(&mut client, "text").await;
    assert_eq!(cancel(&mut client, id).await, 0);
    is_cancelled(&gateway, &mut client, id).await;
    // What comes later is.
    let next = Call::order("next").id(&mut client).await;
    handed_over(&gateway, next, 1).await;
    assert!(!spool(&gateway).join(format!("{id:09}.1")).exists());
    assert_eq!(fax(&mut client, id).await.text("TrialsPerformed"), "0");
    gateway.stop().await;
}

#[tokio::test]
async fn a_fax_that_nobody_has_taken_is_taken_back() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let id = Call::order("text").id(&mut client).await;
    let directory = handed_over(&gateway, id, 1).await;
    assert_eq!(cancel(&mut client, id).await, 0);
    forgotten(&directory).await;
    is_cancelled(&gateway, &mut client, id).await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_fax_that_its_consumer_has_taken_is_1005_and_goes_on() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let id = Call::order("text").id(&mut client).await;
    let directory = handed_over(&gateway, id, 1).await;
    take(&directory);
    for _ in 0..2 {
        assert_eq!(cancel(&mut client, id).await, -1005);
        assert_eq!(status(&mut client, id).await, -3);
        assert_eq!(documents(&directory)[0].1, b"text");
    }
    say(&directory, "done\n");
    has_status(&mut client, id, 0).await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_fax_that_could_not_be_cancelled_is_still_sent_again_after_it_failed() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let id = Call::order("text")
        .with("RetriesToPerform", "1")
        .id(&mut client)
        .await;
    let first = handed_over(&gateway, id, 1).await;
    take(&first);
    assert_eq!(cancel(&mut client, id).await, -1005);
    say(&first, "failed 6017 busy\n");
    let second = handed_over(&gateway, id, 2).await;
    // This time nobody has taken it.
    assert_eq!(cancel(&mut client, id).await, 0);
    forgotten(&second).await;
    is_cancelled(&gateway, &mut client, id).await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_fax_that_waits_to_be_sent_again_is_cancelled() {
    let gateway = gateway_with(|settings| {
        settings.fax.retry_pause = std::time::Duration::from_hours(1);
    })
    .await;
    let mut client = gateway.client();
    let id = Call::order("text").id(&mut client).await;
    let first = handed_over(&gateway, id, 1).await;
    say(&first, "failed 6017 busy\n");
    forgotten(&first).await;
    assert_eq!(cancel(&mut client, id).await, 0);
    is_cancelled(&gateway, &mut client, id).await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_fax_that_is_over_is_1005_and_stays_as_it_is() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for (said, code) in [("done\n", 0), ("failed 3932 no\nfinal\n", 3932)] {
        let id = Call::order("text").id(&mut client).await;
        ended(&gateway, &mut client, id, said).await;
        assert_eq!(cancel(&mut client, id).await, -1005);
        assert_eq!(cancel_batch(&mut client, id).await, -1005);
        assert_eq!(status(&mut client, id).await, code);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_unknown_fax_is_1005_and_somebody_elses_311() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let as_other = other_account(&gateway).await;
    let theirs = as_other(Call::order("text").with("Postpone", &ahead(Span::HOUR)));
    let theirs = theirs.id(&mut client).await;
    for id in [0, -1, theirs + 1, 999_999_999, i64::from(i32::MIN)] {
        assert_eq!(cancel(&mut client, id).await, -1005, "{id}");
        assert_eq!(cancel_batch(&mut client, id).await, -1005, "{id}");
    }
    assert_eq!(cancel(&mut client, theirs).await, -311);
    assert_eq!(cancel_batch(&mut client, theirs).await, -311);
    let still = format!(
        "SELECT count(*) FROM fax_outbox WHERE transaction_id = {theirs} AND NOT cancel_requested"
    );
    assert_eq!(number(&gateway, &still).await, 1);
    for operation in ["CancelFax", "CancelBatch"] {
        let wrong = Call::of(operation).with("Password", "wrong");
        assert_eq!(wrong.result(&mut client).await, -1003);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn of_a_batch_everything_is_cancelled_that_can_be() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("text").with("FaxNumbers", "5550100;5550101;5550102;reception");
    let [sent, taken, free, _invalid] = {
        let first = order.id(&mut client).await;
        [first, first + 1, first + 2, first + 3]
    };
    ended(&gateway, &mut client, sent, "done\n").await;
    let directory = handed_over(&gateway, taken, 1).await;
    take(&directory);
    forgotten_after_cancel(&gateway, &mut client, sent, free).await;
    assert_eq!(status(&mut client, sent).await, 0);
    assert_eq!(status(&mut client, taken).await, -3);
    // There is nothing left to cancel, and a child is no batch.
    assert_eq!(cancel_batch(&mut client, sent).await, -1005);
    assert_eq!(cancel_batch(&mut client, taken).await, -1005);
    say(&directory, "done\n");
    has_status(&mut client, taken, 0).await;
    gateway.stop().await;
}

/// Cancels the batch of `parent`, of which `free` is not taken.
async fn forgotten_after_cancel(gateway: &Gateway, client: &mut Client, parent: i64, free: i64) {
    let directory = handed_over(gateway, free, 1).await;
    assert_eq!(cancel_batch(client, parent).await, 0);
    forgotten(&directory).await;
    assert_eq!(status(client, free).await, CANCELLED);
}

#[tokio::test]
async fn a_batch_that_waits_is_cancelled_as_a_whole_and_one_of_it_alone() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("text")
        .with("FaxNumbers", "5550100;5550101;5550102")
        .with("Postpone", &ahead(Span::HOUR));
    let first = order.id(&mut client).await;
    assert_eq!(cancel(&mut client, first + 1).await, 0);
    assert_eq!(status(&mut client, first).await, -2);
    assert_eq!(cancel_batch(&mut client, first).await, 0);
    for id in first..first + 3 {
        is_cancelled(&gateway, &mut client, id).await;
    }
    gateway.stop().await;
}

/// In which phase a fax is in the outbox, if it is.
async fn phase(gateway: &Gateway, id: i64, phase: &str) -> bool {
    let query = format!(
        "SELECT count(*) FROM fax_outbox WHERE transaction_id = {id} AND phase = '{phase}'"
    );
    number(gateway, &query).await == 1
}

/// Holds a fax while it is handed over.
async fn held(gateway: &Gateway, client: &mut Client) -> (i64, tokio_postgres::Client) {
    let id = waiting(client, "text").await;
    let lock = gateway.database.connect().await;
    // Its documents are asked for behind the claim.
    let statement = "BEGIN; LOCK TABLE fax_document IN ACCESS EXCLUSIVE MODE";
    lock.batch_execute(statement).await.expect("a lock");
    run(
        gateway,
        "UPDATE fax_outbox SET due_at = now(), queued_at = now()",
    )
    .await;
    until("hand-over", async || phase(gateway, id, "delivering").await).await;
    (id, lock)
}

#[tokio::test]
async fn a_fax_that_is_being_handed_over_is_cancelled_behind_that() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let (id, lock) = held(&gateway, &mut client).await;
    let cancelling = tokio::spawn({
        let mut client = gateway.client();
        async move { cancel(&mut client, id).await }
    });
    let asked = "SELECT count(*) FROM fax_outbox WHERE cancel_requested";
    until("cancellation", async || number(&gateway, asked).await == 1).await;
    lock.batch_execute("COMMIT").await.expect("an end");
    assert_eq!(cancelling.await.expect("no panic"), 0);
    is_cancelled(&gateway, &mut client, id).await;
    forgotten(&spool(&gateway).join(format!("{id:09}.1"))).await;
    gateway.stop().await;
}
