//! One delivery that is slow holds up no other.

use std::time::Duration;

use tokio::net::TcpListener;

use crate::{
    fax::support::{Call, gateway_with, handed_over, number, other_account, run, send},
    support::eventually::until,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_keeps_no_other_delivery_waiting() {
    // Takes connections, and is silent.
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let gateway = Box::pin(gateway_with(|settings| {
        settings.hylafax.server = Some(address);
        settings.hylafax.command_timeout = Duration::from_secs(40);
        settings.fax.workers = 2;
    }))
    .await;
    let mut client = gateway.client();
    let other = other_account(&gateway).await;
    run(
        &gateway,
        "UPDATE account SET delivery = 'hylafax' WHERE id = (SELECT min(id) FROM account)",
    )
    .await;
    for _ in 0..5 {
        send(&mut client, "to nobody").await;
    }
    until("every worker of the one at work", async || {
        let busy = "SELECT count(*) FROM fax_outbox WHERE phase = 'delivering'";
        number(&gateway, busy).await == 2
    })
    .await;
    let spooled = other(Call::order("hello")).id(&mut client).await;
    let begun = tokio::time::Instant::now();
    handed_over(&gateway, spooled, 1).await;
    assert!(begun.elapsed() < Duration::from_secs(10));
    drop(silent);
    gateway.stop().await;
}
