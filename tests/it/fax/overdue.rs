//! A fax of which nobody says how it ended within `fax.outcome_within` has failed.

use std::time::Duration;

use crate::support::eventually::until;

use super::support::{
    Call, fax, forgotten, gateway, gateway_with, handed_over, has_status, number, run, take,
};

/// What the code of such a fax is.
const NO_OUTCOME: i64 = 900_003;

#[tokio::test]
async fn without_a_word_a_fax_fails_and_leaves_the_spool() {
    let gateway = gateway_with(|settings| {
        settings.fax.outcome_within = Duration::from_secs(1);
    })
    .await;
    let mut client = gateway.client();
    let id = Call::order("text").id(&mut client).await;
    let directory = handed_over(&gateway, id, 1).await;
    take(&directory);
    forgotten(&directory).await;
    has_status(&mut client, id, NO_OUTCOME).await;
    let waited = format!(
        "SELECT extract(epoch FROM ended_at - created_at)::bigint FROM fax_item WHERE id = {id}"
    );
    assert!(number(&gateway, &waited).await >= 1);
    // It is not sent again, whatever retries it has left.
    let told = fax(&mut client, id).await;
    assert_eq!(told.text("TrialsPerformed"), "1");
    assert_eq!(number(&gateway, "SELECT count(*) FROM fax_outbox").await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn only_what_is_overdue_fails() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let (one, other) = (
        Call::order("1").id(&mut client).await,
        Call::order("2").id(&mut client).await,
    );
    for id in [one, other] {
        handed_over(&gateway, id, 1).await;
        has_status(&mut client, id, -3).await;
    }
    let handed = "SELECT count(*) FROM fax_outbox WHERE phase = 'handed_over'";
    until("both with the delivery", async || {
        number(&gateway, handed).await == 2
    })
    .await;
    run(
        &gateway,
        &format!("UPDATE fax_outbox SET due_at = now() WHERE transaction_id = {one}"),
    )
    .await;
    has_status(&mut client, one, NO_OUTCOME).await;
    has_status(&mut client, other, -3).await;
    gateway.stop().await;
}
