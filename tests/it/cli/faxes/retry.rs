//! Once more, under a number that no delivery has seen.

use super::{change, drop_documents, fax, send_to, tomorrow};
use crate::{
    cli::support::{program_on, run},
    fax::support::{gateway, handed_over, say, send},
    support::eventually::until,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_and_a_failed_fax_are_sent_again_as_another_attempt() {
    let gateway = gateway().await;
    let id = send(&mut gateway.client(), "hello").await;
    let name = id.to_string();
    handed_over(&gateway, id, 1).await;
    fax(&gateway, &["cancel", &name]).ends_with(0);
    fax(&gateway, &["retry", &name])
        .ends_with(0)
        .says("attempt 2 is queued");
    let second = handed_over(&gateway, id, 2).await;
    say(&second, "failed 6017 busy\nfinal\n");
    let is_failed = async || {
        let shown = fax(&gateway, &["show", &name, "--json"]).json().remove(0);
        shown["state"] == "failed"
    };
    until("fax that failed", is_failed).await;
    fax(&gateway, &["retry", &name])
        .ends_with(0)
        .says("attempt 3 is queued");
    let third = handed_over(&gateway, id, 3).await;
    assert_eq!(std::fs::read(third.join("1.txt")).unwrap(), b"hello");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_number_of_an_attempt_is_used_twice() {
    let gateway = gateway().await;
    let id = send_to(&mut gateway.client(), "12345", &tomorrow()).await;
    let id = id.to_string();
    // Its deliveries ended attempts 1 to 3 at once, and so never took one.
    change(&gateway.database, "UPDATE fax_outbox SET attempt = 4").await;
    let (_settings, database, folder) = gateway.stop_keeping().await;
    let fax = |arguments: &[&str]| {
        let arguments = [&["fax"], arguments].concat();
        run(&mut program_on(&database, folder.path(), &arguments))
    };
    fax(&["cancel", &id]).ends_with(0).says("is cancelled");
    assert_eq!(fax(&["show", &id, "--json"]).json()[0]["trials"], 0);
    fax(&["retry", &id])
        .ends_with(0)
        .says("attempt 5 is queued");
    // One that was being handed over ends without the delivery's word, as when it is given up.
    let phase = "UPDATE fax_outbox SET phase = 'handed_over'";
    change(&database, phase).await;
    let finish = ["finish", &id, "--failed", "1", "--no-retry"];
    fax(&finish).ends_with(0).says("failed");
    fax(&["retry", &id])
        .ends_with(0)
        .says("attempt 6 is queued");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fax_that_waits_for_its_next_try_goes_at_once() {
    let gateway = gateway().await;
    let id = send(&mut gateway.client(), "hello").await;
    let name = id.to_string();
    handed_over(&gateway, id, 1).await;
    // The command's own pause, three minutes.
    fax(&gateway, &["finish", &name, "--failed", "6017"]).ends_with(0);
    fax(&gateway, &["retry", &name])
        .ends_with(0)
        .says("attempt 2 is due now");
    handed_over(&gateway, id, 2).await;
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_again_is_refused_with_the_reason() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let retry = |id: i64| fax(&gateway, &["retry", &id.to_string()]).ends_with(3);
    retry(999).says("there is no fax 999");
    let batch = send_to(&mut client, "12345;$(id)", &tomorrow()).await;
    retry(batch).says("postponed");
    retry(batch + 1).says("cannot be dialled");
    let id = send(&mut client, "hello").await;
    handed_over(&gateway, id, 1).await;
    retry(id).says("with its delivery").says("fax finish");
    fax(&gateway, &["finish", &id.to_string(), "--done"]).ends_with(0);
    retry(id).says("was sent");
    fax(&gateway, &["cancel", &batch.to_string()]).ends_with(0);
    drop_documents(&gateway.database).await;
    retry(batch).says("fax.keep_documents");
    gateway.stop().await;
}
