//! With a gateway: a fax leaves, its account chooses by which way, `CancelFax` kills the job, and
//! a thousand arrive once each.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chunkgate::settings::DeliveryName;
use tokio::time::{Instant, sleep};

use super::server::{Server, is_here};
use crate::{
    cli::support::{program_beside, run as run_program},
    fax::support::{
        Call, gateway_with, handed_over, has_status, number, other_account, result, run, send,
        status,
    },
    support::{
        eventually::{eventually, until},
        gateway::Gateway,
    },
};

/// A gateway whose faxes leave by this server.
async fn gateway_at(server: &Server) -> Gateway {
    let address = server.address.to_string();
    Box::pin(gateway_with(|settings| {
        settings.fax.delivery = DeliveryName::Hylafax;
        settings.fax.workers = 16;
        settings.hylafax.server = Some(address);
        settings.hylafax.max_connections = 20;
        settings.hylafax.poll_interval = Duration::from_millis(200);
    }))
    .await
}

async fn ready(gateway: &Gateway) -> serde_json::Value {
    let address = gateway.admin_address;
    let answer = tokio::task::spawn_blocking(move || {
        let answer = ureq::get(format!("http://{address}/readyz")).call();
        answer.unwrap().body_mut().read_to_string().unwrap()
    });
    serde_json::from_str(&answer.await.unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fax_is_dialled_and_its_client_hears_of_it() {
    if !is_here().await {
        return;
    }
    let server = Server::with_modems(1, Duration::ZERO).await;
    let gateway = gateway_at(&server).await;
    let mut client = gateway.client();
    let id = send(&mut client, "hello").await;
    has_status(&mut client, id, 0).await;
    let pages = number(&gateway, "SELECT pages_sent::bigint FROM fax_transaction").await;
    assert_eq!(pages, 3);
    let left = number(&gateway, "SELECT count(*) FROM fax_attempt").await;
    assert_eq!(left, 0, "what is over is forgotten");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_chooses_its_delivery() {
    if !is_here().await {
        return;
    }
    let server = Server::start().await;
    let gateway = gateway_at(&server).await;
    let mut client = gateway.client();
    let other = other_account(&gateway).await;
    run(
        &gateway,
        "UPDATE account SET delivery = 'spool' WHERE id = (SELECT max(id) FROM account)",
    )
    .await;
    let dialled = send(&mut client, "hello").await;
    let spooled = other(Call::order("hello")).id(&mut client).await;
    handed_over(&gateway, spooled, 1).await;
    until("a job", async || server.all_jobs().len() == 1).await;
    // The outbox says so a little later.
    let id = dialled.to_string();
    let shown = eventually("a job number", async || {
        let shown = run_program(&mut program_beside(
            &gateway,
            &["fax", "show", &id, "--json"],
        ));
        let shown = shown.ends_with(0).json().remove(0);
        (shown["with_delivery"]["progress"] != "" && shown["state"] == "handed_over")
            .then_some(shown)
    })
    .await;
    let job = server.all_jobs().remove(0);
    assert_eq!(shown["queue"]["delivery"], "hylafax");
    assert_eq!(shown["with_delivery"]["reference"], job.get("jobid"));
    let findings = ready(&gateway).await;
    assert_eq!(findings["deliveries"]["hylafax"], "ok");
    assert_eq!(findings["deliveries"]["spool"], "ok");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_fax_kills_the_job() {
    if !is_here().await {
        return;
    }
    let server = Server::start().await;
    let gateway = gateway_at(&server).await;
    let mut client = gateway.client();
    let id = send(&mut client, "hello").await;
    until("a job", async || {
        server.all_jobs().iter().any(|job| !job.is_suspended())
    })
    .await;
    let transaction = id.to_string();
    let cancelled = result(&mut client, "CancelFax", &[("TransactionID", &transaction)]).await;
    assert_eq!(cancelled, 0);
    assert_eq!(status(&mut client, id).await, 900_001);
    assert_eq!(server.all_jobs()[0].get("statuscode"), "345");
    gateway.stop().await;
}

/// A fax that nobody hears of any more must not be sent after it was given up.
#[tokio::test(flavor = "multi_thread")]
async fn a_fax_that_is_overdue_is_taken_back() {
    if !is_here().await {
        return;
    }
    let server = Server::start().await;
    let gateway = gateway_at(&server).await;
    let mut client = gateway.client();
    let id = send(&mut client, "hello").await;
    until("a fax at the server", async || {
        let there = "SELECT count(*) FROM fax_outbox WHERE phase = 'handed_over'";
        number(&gateway, there).await == 1
    })
    .await;
    run(
        &gateway,
        "UPDATE fax_outbox SET due_at = now() - interval '1 second'",
    )
    .await;
    has_status(&mut client, id, 900_003).await;
    assert_eq!(server.all_jobs()[0].get("statuscode"), "345");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_server_is_away_faxes_are_taken_and_wait() {
    if !is_here().await {
        return;
    }
    let mut server = Server::with_modems(1, Duration::ZERO).await;
    server.kill_daemon();
    let gateway = gateway_at(&server).await;
    let mut client = gateway.client();
    let id = send(&mut client, "hello").await;
    let transaction = id.to_string();
    until("a try that failed", async || {
        let failures = "SELECT count(*) FROM fax_outbox WHERE last_error LIKE '%hylafax.server%'";
        number(&gateway, failures).await == 1
    })
    .await;
    let findings = ready(&gateway).await;
    assert_eq!(findings["ready"], true);
    let finding = findings["deliveries"]["hylafax"]["failed"]
        .as_str()
        .unwrap();
    assert!(finding.contains("cannot be reached"), "{finding}");
    run_program(&mut program_beside(
        &gateway,
        &["fax", "show", &transaction],
    ))
    .ends_with(0)
    .shows("hylafax.server");
    server.start_daemon().await;
    has_status(&mut client, id, 0).await;
    assert_eq!(server.sent().len(), 1);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faxes_for_a_delivery_that_is_not_set_up_wait_and_are_seen() {
    let gateway = Box::pin(gateway_with(|_| {})).await;
    let mut client = gateway.client();
    run(&gateway, "UPDATE account SET delivery = 'hylafax'").await;
    let id = send(&mut client, "hello").await;
    sleep(Duration::from_millis(200)).await;
    assert_eq!(status(&mut client, id).await, -2);
    let findings = ready(&gateway).await;
    let finding = findings["deliveries"]["hylafax"]["failed"]
        .as_str()
        .unwrap();
    assert!(finding.contains("not set up"), "{finding}");
    // It can be given up, and sent by another way.
    let transaction = id.to_string();
    let cancel = ["fax", "cancel", &transaction];
    run_program(&mut program_beside(&gateway, &cancel)).ends_with(0);
    let retry = ["fax", "retry", &transaction, "--delivery", "spool"];
    run_program(&mut program_beside(&gateway, &retry))
        .ends_with(0)
        .says("queued for spool");
    handed_over(&gateway, id, 2).await;
    gateway.stop().await;
}

/// Submits faxes to so many numbers, each another one.
async fn submit_to_many(gateway: &Gateway, count: usize) {
    let mut client = gateway.client();
    for batch in (0..count).collect::<Vec<_>>().chunks(500) {
        let numbers: Vec<String> = batch.iter().map(|n| format!("+4930100{n:04}")).collect();
        let call = Call::order("%PDF-1.4 load")
            .with("FileTypes", "PDF")
            .with("FaxNumbers", &numbers.join(";"));
        assert!(call.id(&mut client).await > 0);
    }
}

async fn states(gateway: &Gateway) -> BTreeMap<&'static str, i64> {
    let mut states = BTreeMap::new();
    for state in ["sent", "failed", "cancelled"] {
        let count = format!("SELECT count(*) FROM fax_transaction WHERE outcome = '{state}'");
        states.insert(state, number(gateway, &count).await);
    }
    states
}

async fn all_sent(gateway: &Gateway, count: i64, within: Duration) {
    let begun = Instant::now();
    loop {
        let states = states(gateway).await;
        if states.values().sum::<i64>() == count {
            let why = "SELECT string_agg(DISTINCT status_text, '; ') FROM fax_transaction";
            let why = gateway.database.connect().await.query_one(why, &[]).await;
            let why: Option<String> = why.expect("a row").get(0);
            assert_eq!(states["sent"], count, "{states:?}: {why:?}");
            return;
        }
        assert!(begun.elapsed() < within, "{states:?} after {within:?}");
        sleep(Duration::from_millis(200)).await;
    }
}

fn each_once(server: &Server, count: usize) {
    let sent = server.sent();
    let apart: BTreeSet<&String> = sent.iter().collect();
    assert_eq!(
        (sent.len(), apart.len()),
        (count, count),
        "sent twice, or not"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_faxes_arrive_once_each() {
    if !is_here().await {
        return;
    }
    let server = Server::with_modems(24, Duration::ZERO).await;
    let gateway = gateway_at(&server).await;
    submit_to_many(&gateway, 1000).await;
    all_sent(&gateway, 1000, Duration::from_mins(4)).await;
    each_once(&server, 1000);
    gateway.stop().await;
}

/// hfaxd's sessions are killed all the time, and the gateway is started again and again.
#[tokio::test(flavor = "multi_thread")]
async fn disturbed_faxes_arrive_once_each() {
    if !is_here().await {
        return;
    }
    let server = Server::with_modems(8, Duration::ZERO).await;
    let mut gateway = gateway_at(&server).await;
    submit_to_many(&gateway, 150).await;
    for _ in 0..4 {
        for _ in 0..10 {
            sleep(Duration::from_millis(100)).await;
            server.kill_sessions();
        }
        gateway = Box::pin(gateway.restart()).await;
    }
    all_sent(&gateway, 150, Duration::from_mins(3)).await;
    each_once(&server, 150);
    gateway.stop().await;
}
