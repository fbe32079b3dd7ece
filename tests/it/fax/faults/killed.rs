//! The gateway killed at random moments while clients submit: every document that a client was
//! given a number for is transmitted once, byte for byte.

use std::time::Duration;

use tokio::{sync::watch, time::sleep};

use super::shipping::{Consuming, Shipping};
use crate::{
    crash::random::Random,
    support::process::{DataDirectory, Process},
};

const CLIENTS: u64 = 4;

fn rounds() -> u32 {
    let given = std::env::var("CHUNKGATE_TEST_CRASHES").ok();
    given.map_or(5, |rounds| {
        rounds.parse().expect("CHUNKGATE_TEST_CRASHES is a number")
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fax_is_sent_once_although_the_gateway_is_killed() {
    let mut random = Random::announced();
    let directory = DataDirectory::new();
    let changes = [
        ("content.min_free", "0"),
        ("content.segment_size", "4MiB"),
        ("accounts.failures", "1000"),
        ("pool.lock_timeout", "1s"),
        ("pool.statement_timeout", "2s"),
        ("fax.lease", "5s"),
        ("fax.poll_interval", "20ms"),
        ("fax.status_polls_per_minute", "0"),
    ];
    let mut gateway = Process::start(directory.path(), &changes).await;
    gateway.add_account().await;
    let (moved, address) = watch::channel(gateway.address);
    let shipping = Shipping::start(CLIENTS, &address, &mut random);
    let consuming = Consuming::start(directory.path().join("spool/new"));
    for _ in 0..rounds() {
        shipping.beyond(shipping.submitted()).await;
        sleep(Duration::from_millis(random.within(0..300))).await;
        gateway.kill().await;
        gateway = Process::start(directory.path(), &changes).await;
        moved.send_replace(gateway.address);
    }
    shipping.beyond(shipping.submitted()).await;
    let shipped = shipping.finish().await;
    eprintln!("{} faxes", shipped.len());
    consuming.assert_sent_once(gateway.address, &shipped).await;
    gateway.stop().await;
}
