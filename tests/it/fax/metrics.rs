//! `/metrics` shows the outbox, and counts hand-overs, ends and refusals.

use crate::{
    edge::support::metric,
    support::{alone::has_process_of_its_own, eventually::until, gateway::Gateway},
};

use super::support::{
    Call, ended, forgotten, gateway, handed_over, run, submissions, take, waiting,
};

async fn outbox(gateway: &Gateway, state: &str) -> Option<f64> {
    let name = format!("chunkgate_fax_outbox{{delivery=\"spool\",state=\"{state}\"}}");
    metric(gateway, &name).await
}

async fn oldest(gateway: &Gateway, state: &str) -> Option<f64> {
    let name =
        format!("chunkgate_fax_outbox_oldest_seconds{{delivery=\"spool\",state=\"{state}\"}}");
    metric(gateway, &name).await
}

#[tokio::test]
async fn the_outbox_is_shown_by_state_with_the_age_of_its_oldest_fax() {
    if !has_process_of_its_own(
        "fax::metrics::the_outbox_is_shown_by_state_with_the_age_of_its_oldest_fax",
    ) {
        return;
    }
    let gateway = gateway().await;
    let mut client = gateway.client();
    // What is postponed is not due.
    waiting(&mut client, "text").await;
    for _ in 0..2 {
        let id = Call::order("text").id(&mut client).await;
        handed_over(&gateway, id, 1).await;
    }
    let older =
        "UPDATE fax_outbox SET queued_at = now() - interval '100 seconds' WHERE transaction_id = 2";
    run(&gateway, older).await;
    until("two faxes handed over", async || {
        outbox(&gateway, "handed_over").await == Some(2.0)
            && oldest(&gateway, "handed_over")
                .await
                .is_some_and(|age| age >= 100.0)
    })
    .await;
    for state in ["waiting", "delivering"] {
        assert_eq!(outbox(&gateway, state).await, Some(0.0), "{state}");
        assert_eq!(oldest(&gateway, state).await, Some(0.0), "{state}");
    }
    for id in [2, 3] {
        ended(&gateway, &mut client, id, "done\n").await;
    }
    until("empty outbox", async || {
        outbox(&gateway, "handed_over").await == Some(0.0)
            && oldest(&gateway, "handed_over").await == Some(0.0)
    })
    .await;
    gateway.stop().await;
}

#[tokio::test]
async fn hand_overs_ends_and_refusals_are_counted() {
    if !has_process_of_its_own("fax::metrics::hand_overs_ends_and_refusals_are_counted") {
        return;
    }
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("text").with("RetriesToPerform", "1");
    let [sent, again, failed, withdrawn, taken] = {
        let mut ids = [0; 5];
        for id in &mut ids {
            *id = order.id(&mut client).await;
        }
        ids
    };
    let waits = waiting(&mut client, "text").await;
    ended(&gateway, &mut client, sent, "done\n").await;
    let first = handed_over(&gateway, again, 1).await;
    super::support::say(&first, "failed 6017 busy\n");
    let second = handed_over(&gateway, again, 2).await;
    super::support::say(&second, "done\n");
    forgotten(&second).await;
    ended(&gateway, &mut client, failed, "failed 3932 no\nfinal\n").await;
    let directory = handed_over(&gateway, withdrawn, 1).await;
    let cancel = |id: i64| Call::of("CancelFax").with("TransactionID", &id.to_string());
    assert_eq!(cancel(withdrawn).result(&mut client).await, 0);
    forgotten(&directory).await;
    take(&handed_over(&gateway, taken, 1).await);
    assert_eq!(cancel(taken).result(&mut client).await, -1005);
    assert_eq!(cancel(waits).result(&mut client).await, 0);
    let nobody = Call::order("text").with("FaxNumbers", "nobody");
    assert_eq!(nobody.result(&mut client).await, -112);
    assert_eq!(submissions(&gateway).await, 6);

    for (name, count) in [
        (
            "chunkgate_fax_hand_overs_total{delivery=\"spool\",result=\"accepted\"}",
            6.0,
        ),
        (
            "chunkgate_fax_hand_overs_total{delivery=\"spool\",result=\"withdrawn\"}",
            1.0,
        ),
        (
            "chunkgate_faxes_ended_total{delivery=\"spool\",outcome=\"sent\"}",
            2.0,
        ),
        (
            "chunkgate_faxes_ended_total{delivery=\"spool\",outcome=\"failed\"}",
            1.0,
        ),
        (
            "chunkgate_faxes_ended_total{delivery=\"spool\",outcome=\"cancelled\"}",
            2.0,
        ),
        ("chunkgate_fax_errors_total{error=\"no_recipient\"}", 1.0),
        ("chunkgate_fax_errors_total{error=\"not_waiting\"}", 1.0),
        (
            "chunkgate_operations_total{protocol=\"interfax\",operation=\"SendfaxEx_2\",code=\"-112\"}",
            1.0,
        ),
        (
            "chunkgate_operations_total{protocol=\"interfax\",operation=\"SendfaxEx_2\",code=\"0\"}",
            6.0,
        ),
    ] {
        assert_eq!(metric(&gateway, name).await, Some(count), "{name}");
    }
    gateway.stop().await;
}
