//! The database goes away and comes back while faxes are under way: each is sent once, service
//! resumes soon, and the log is not flooded.

use std::{sync::Arc, time::Duration};

use chunkgate::fax::{OutboxSettings, item::TransactionState};
use nix::sys::signal::Signal;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use super::{
    shipping::{Consuming, Shipping},
    support::{Consumer, Desk, SETTINGS, Working},
};
use crate::{
    crash::{random::Random, restarted::ready_again},
    support::{
        alone,
        log::Log,
        outage::Outage,
        process::{DataDirectory, Process, postmaster, signal},
    },
};

const RESTARTS: u32 = 3;
const CLIENTS: u64 = 3;
/// How soon after the database a fax must be taken again: an upload before it included.
const BACK_WITHIN: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fax_is_sent_once_although_the_database_is_restarted() {
    let mut random = Random::announced();
    let directory = DataDirectory::new();
    let changes = [
        ("content.min_free", "0"),
        ("content.segment_size", "4MiB"),
        ("pool.lock_timeout", "1s"),
        ("pool.statement_timeout", "2s"),
        ("fax.lease", "5s"),
        ("fax.poll_interval", "20ms"),
        ("fax.status_polls_per_minute", "0"),
    ];
    let gateway = Process::start(directory.path(), &changes).await;
    gateway.add_account().await;
    let address = watch::channel(gateway.address).1;
    let shipping = Shipping::start(CLIENTS, &address, &mut random);
    let consuming = Consuming::start(directory.path().join("spool/new"));
    for restart in 0..RESTARTS {
        shipping.beyond(shipping.submitted()).await;
        let server = postmaster(directory.path()).expect("Postgres runs");
        signal(server, Signal::SIGINT);
        ready_again(directory.path(), server).await;
        let returned = Instant::now();
        timeout(BACK_WITHIN, shipping.beyond(shipping.submitted()))
            .await
            .unwrap_or_else(|_| panic!("restart {restart}: no fax within {BACK_WITHIN:?}"));
        eprintln!("restart {restart}: back after {:?}", returned.elapsed());
    }
    let shipped = shipping.finish().await;
    eprintln!("{} faxes", shipped.len());
    consuming.assert_sent_once(gateway.address, &shipped).await;
    gateway.stop().await;
}

/// How long the database stays away: some two hundred looks of the outbox.
const AWAY: Duration = Duration::from_secs(2);
/// Each fax that was in somebody's hands, the claim, the outcomes, the pool; and some.
const WARNINGS: usize = 30;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_is_told_of_and_not_at_every_look() {
    let test = "fax::faults::database_restart::an_outage_is_told_of_and_not_at_every_look";
    if !alone::has_process_of_its_own(test) {
        return;
    }
    let log = Log::keep();
    let desk = Desk::new().await;
    let mut ids = Vec::new();
    for _ in 0..40 {
        ids.push(desk.fax(0).await);
    }
    let settings = OutboxSettings {
        lease: Duration::from_secs(2),
        ..*SETTINGS
    };
    let working = Working::start(&desk.outbox(Arc::new(desk.spool()), settings));
    let mut consumer = Consumer::new(desk.new_directory());
    crate::support::eventually::until("some are sent", async || {
        consumer.look().iter().for_each(|seen| seen.say("done\n"));
        consumer.taken.len() > 5
    })
    .await;
    let outage = Outage::of(&desk.world.database).await;
    sleep(AWAY).await;
    outage.end().await;
    let back = Instant::now();
    // The desk's own connection is cut as well.
    let sql = desk.world.database.connect().await;
    crate::support::eventually::until("all are sent", async || {
        consumer.look().iter().for_each(|seen| seen.say("done\n"));
        let left = sql.query_one("SELECT count(*) FROM fax_outbox", &[]).await;
        left.expect("an answer").get::<_, i64>(0) == 0
    })
    .await;
    eprintln!("all are sent {:?} after the outage", back.elapsed());
    for id in ids {
        assert_eq!(desk.item(id).await.state, TransactionState::Sent);
        assert_eq!(consumer.transmissions(id), [(1, 1)]);
    }
    working.stop().await;
    let logged = log.text();
    let warnings: Vec<_> = logged
        .lines()
        .filter(|line| line.contains("WARN") || line.contains("ERROR"))
        .collect();
    assert!(!warnings.is_empty(), "nobody was told");
    assert!(
        warnings.len() <= WARNINGS,
        "{}: {warnings:#?}",
        warnings.len()
    );
}
