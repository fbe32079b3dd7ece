//! Accounts whose faxes are under way are not removed, and faxes outlive their accounts.

use chunkgate::engine::account::AccountSettings;
use time::Duration as Span;

use crate::{
    cli::support::{program_beside, run as run_program},
    support::{
        gateway::{Gateway, USER},
        soap::Client,
    },
};

use super::support::{
    Call, ahead, ended, forgotten, gateway, handed_over, number, other_account, say, status,
    waiting,
};

fn remove(gateway: &Gateway) -> crate::cli::support::Run {
    run_program(&mut program_beside(gateway, &["account", "remove", USER]))
}

async fn cancel(client: &mut Client, id: i64) -> i64 {
    let call = Call::of("CancelFax").with("TransactionID", &id.to_string());
    call.result(client).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_not_removed_while_a_fax_is_under_way() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let waits = waiting(&mut client, "waits").await;
    let on_its_way = Call::order("text").id(&mut client).await;
    let directory = handed_over(&gateway, on_its_way, 1).await;
    remove(&gateway).ends_with(3);
    assert_eq!(cancel(&mut client, waits).await, 0);
    remove(&gateway).ends_with(3);
    say(&directory, "done\n");
    forgotten(&directory).await;
    assert_eq!(status(&mut client, on_its_way).await, 0);
    remove(&gateway).ends_with(0);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faxes_outlive_their_account_and_are_nobodys_then() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let as_other = other_account(&gateway).await;
    let id = Call::order("text").id(&mut client).await;
    ended(&gateway, &mut client, id, "done\n").await;
    remove(&gateway).ends_with(0);
    let kept = format!(
        "SELECT count(*) FROM fax_item WHERE id = {id} AND user_name = 'Office' AND status = 0
         AND account_id IS NULL"
    );
    assert_eq!(number(&gateway, &kept).await, 1);
    // Not even of the next account of that name.
    gateway.add_account(USER, AccountSettings::default()).await;
    for who in [USER, "Branch"] {
        for (operation, name) in [
            ("CancelFax", "TransactionID"),
            ("HideFax", "TransactionID"),
            ("HideBatch", "ParentTransactionID"),
            ("ReSendFax", "TransactionID"),
            ("ResendBroadcastFax", "ParentTransactionID"),
            ("GetFaxImage", "TransactionID"),
        ] {
            let call = Call::of(operation).with(name, &id.to_string());
            let result = call.with("Username", who).result(&mut client).await;
            assert_eq!(result, -311, "{operation}");
        }
    }
    let query = Call::of("FaxQuery")
        .with("Verb", "GE")
        .with("VerbData", "0");
    let query = query.with("MaxItems", "-1");
    for query in [query.clone(), as_other(query)] {
        let answer = query.answer(&mut client).await;
        assert_eq!(super::support::ids(&answer, "FaxItemEx"), [0; 0]);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_disabled_account_can_do_nothing_and_its_faxes_go_on() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let id = Call::order("text").id(&mut client).await;
    let waits = Call::order("text").with("Postpone", &ahead(Span::HOUR));
    let waits = waits.id(&mut client).await;
    crate::interfax::support::change_account(&gateway, |account| account.enabled = false).await;
    assert_eq!(cancel(&mut client, waits).await, -1003);
    let directory = handed_over(&gateway, id, 1).await;
    say(&directory, "done\n");
    forgotten(&directory).await;
    let sent = format!("SELECT count(*) FROM fax_item WHERE id = {id} AND status = 0");
    assert_eq!(number(&gateway, &sent).await, 1);
    gateway.stop().await;
}
