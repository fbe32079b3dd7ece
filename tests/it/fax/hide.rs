//! `HideFax` and `HideBatch`: faxes that their owner does not want to see in lists any more.

use time::Duration as Span;

use crate::support::soap::Client;

use super::support::{
    Call, ahead, gateway, handed_over, has_status, ids, number, other_account, say, waiting,
};

async fn hide(client: &mut Client, id: i64) -> i64 {
    let call = Call::of("HideFax").with("TransactionID", &id.to_string());
    call.result(client).await
}

async fn hide_batch(client: &mut Client, id: i64) -> i64 {
    let call = Call::of("HideBatch").with("ParentTransactionID", &id.to_string());
    call.result(client).await
}

async fn listed(client: &mut Client) -> Vec<i64> {
    let call = Call::of("FaxStatusEx")
        .with("LastTransactionID", "999999999")
        .with("MaxItems", "-1");
    ids(&call.answer(client).await, "FaxItemEx")
}

#[tokio::test]
async fn a_hidden_fax_is_not_listed_and_may_be_hidden_again() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let (one, other) = (
        waiting(&mut client, "1").await,
        waiting(&mut client, "2").await,
    );
    for _ in 0..2 {
        assert_eq!(hide(&mut client, one).await, 0);
        assert_eq!(listed(&mut client).await, [other]);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_batch_is_hidden_as_a_whole_and_one_of_it_alone() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let alone = waiting(&mut client, "text").await;
    let order = Call::order("text")
        .with("FaxNumbers", "5550100;5550101;5550102")
        .with("Postpone", &ahead(Span::HOUR));
    let first = order.id(&mut client).await;
    assert_eq!(hide(&mut client, first).await, 0);
    assert_eq!(listed(&mut client).await, [first + 2, first + 1, alone]);
    // A child is no batch.
    assert_eq!(hide_batch(&mut client, first + 1).await, -1005);
    assert_eq!(listed(&mut client).await, [first + 2, first + 1, alone]);
    assert_eq!(hide_batch(&mut client, first).await, 0);
    assert_eq!(listed(&mut client).await, [alone]);
    assert_eq!(hide_batch(&mut client, alone).await, 0);
    assert_eq!(listed(&mut client).await, [0; 0]);
    gateway.stop().await;
}

#[tokio::test]
async fn a_hidden_fax_is_sent_like_any_other() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let id = Call::order("text").id(&mut client).await;
    assert_eq!(hide(&mut client, id).await, 0);
    let directory = handed_over(&gateway, id, 1).await;
    say(&directory, "done\n");
    let sent = format!(
        "SELECT count(*) FROM fax_transaction WHERE id = {id} AND outcome = 'sent' AND hidden"
    );
    crate::support::eventually::until("fax sent", async || number(&gateway, &sent).await == 1)
        .await;
    // Whoever knows its number may still send it again.
    let again = Call::of("ReSendFax").with("TransactionID", &id.to_string());
    let again = again.id(&mut client).await;
    assert_eq!(listed(&mut client).await, [again]);
    has_status(&mut client, again, -3).await;
    gateway.stop().await;
}

#[tokio::test]
async fn an_unknown_fax_is_1005_and_somebody_elses_311() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let as_other = other_account(&gateway).await;
    let theirs = as_other(Call::order("text")).id(&mut client).await;
    for id in [0, -1, theirs + 1, 999_999_999] {
        assert_eq!(hide(&mut client, id).await, -1005, "{id}");
        assert_eq!(hide_batch(&mut client, id).await, -1005, "{id}");
    }
    assert_eq!(hide(&mut client, theirs).await, -311);
    assert_eq!(hide_batch(&mut client, theirs).await, -311);
    let hidden = "SELECT count(*) FROM fax_transaction WHERE hidden";
    assert_eq!(number(&gateway, hidden).await, 0);
    for operation in ["HideFax", "HideBatch"] {
        let wrong = Call::of(operation).with("Password", "wrong");
        assert_eq!(wrong.result(&mut client).await, -1003);
    }
    gateway.stop().await;
}
