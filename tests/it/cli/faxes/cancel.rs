//! What is not sent any more, and when it is too late for that.

use std::fs;

use super::{fax, send_to, tomorrow};
use crate::{
    cli::support::{program_on, run},
    fax::support::{gateway, handed_over, say, send},
    support::eventually::until,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_fax_that_waits_is_cancelled_at_once_also_when_no_gateway_runs() {
    let gateway = gateway().await;
    let id = send_to(&mut gateway.client(), "12345", &tomorrow()).await;
    let id = id.to_string();
    let (_settings, database, folder) = gateway.stop_keeping().await;
    let cancel = || {
        let arguments = ["fax", "cancel", &id];
        run(&mut program_on(&database, folder.path(), &arguments))
    };
    let run = cancel().ends_with(0).says("is cancelled");
    assert!(!run.stderr.contains("waiting"), "{run:?}");
    cancel().ends_with(3).says("is cancelled already");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_gateway_takes_a_fax_back_from_its_delivery() {
    let gateway = gateway().await;
    let id = send(&mut gateway.client(), "hello").await;
    let directory = handed_over(&gateway, id, 1).await;
    fax(&gateway, &["cancel", &id.to_string()])
        .ends_with(0)
        .says("waiting for a gateway")
        .says("is cancelled");
    until("fax out of the spool", async || !directory.exists()).await;
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_too_late_when_the_consumer_has_it() {
    let gateway = gateway().await;
    let id = send(&mut gateway.client(), "hello").await;
    let directory = handed_over(&gateway, id, 1).await;
    fs::create_dir(directory.join("taken")).unwrap();
    let cancel = || fax(&gateway, &["cancel", &id.to_string()]).ends_with(3);
    cancel().says("too late").says("handed_over");
    say(&directory, "done\n");
    until("fax out of the spool", async || !directory.exists()).await;
    cancel().says("too late").says("sent");
    fax(&gateway, &["cancel", "999"]).ends_with(3);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_gateway_a_delivery_gives_a_fax_back_later() {
    let gateway = gateway().await;
    let id = send(&mut gateway.client(), "hello").await;
    handed_over(&gateway, id, 1).await;
    let id = id.to_string();
    let (_settings, database, folder) = gateway.stop_keeping().await;
    let fax = |arguments: &[&str]| {
        let arguments = [&["fax"], arguments].concat();
        run(&mut program_on(&database, folder.path(), &arguments))
    };
    fax(&["cancel", &id])
        .ends_with(0)
        .says("not cancelled yet")
        .says("when one runs");
    let shown = fax(&["show", &id, "--json"]).json();
    assert_eq!(shown[0]["queue"]["cancel_requested"], true);
}
