//! Whoever is killed, and whenever: every document that was acknowledged to its end is there, byte
//! for byte, and the gateway is back soon.

use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use super::{
    random::Random,
    uploads::{Uploads, assert_whole},
};
use crate::support::process::{self, DataDirectory, Process, postmaster, signal};

const CLIENTS: u64 = 4;
/// How soon after a kill a chunk must be acknowledged again.
const BACK_WITHIN: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug)]
enum Victim {
    Gateway,
    Postgres,
    Both,
}

fn rounds() -> u32 {
    let given = std::env::var("CHUNKGATE_TEST_CRASHES").ok();
    given.map_or(20, |rounds| {
        rounds.parse().expect("CHUNKGATE_TEST_CRASHES is a number")
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_document_is_lost_or_changed_when_processes_are_killed() {
    let mut random = Random::announced();
    let directory = DataDirectory::new();
    let changes = [
        ("content.min_free", "0"),
        ("content.segment_size", "4MiB"),
        ("accounts.failures", "1000"),
    ];
    let mut gateway = Process::start(directory.path(), &changes).await;
    gateway.add_account().await;
    let (moved, address) = watch::channel(gateway.address);
    let uploads = Uploads::start(CLIENTS, &address, &mut random);

    let mut slowest = Duration::ZERO;
    for round in 0..rounds() {
        sleep(Duration::from_millis(random.within(20..400))).await;
        let victim = match random.within(0..3) {
            0 => Victim::Gateway,
            1 => Victim::Postgres,
            _ => Victim::Both,
        };
        let server = postmaster(directory.path()).expect("Postgres runs");
        let begun = Instant::now();
        if let Victim::Postgres | Victim::Both = victim {
            signal(server, Signal::SIGKILL);
        }
        if let Victim::Gateway | Victim::Both = victim {
            gateway.kill().await;
            let acknowledged = uploads.acknowledged();
            gateway = Process::start(directory.path(), &changes).await;
            moved.send_replace(gateway.address);
            back(&uploads, acknowledged, round, victim).await;
        } else {
            process::ended(server).await;
            // One chunk of each client may have been committed before, and is acknowledged only now.
            let acknowledged = uploads.acknowledged() + CLIENTS;
            back(&uploads, acknowledged, round, victim).await;
        }
        slowest = slowest.max(begun.elapsed());
        assert!(begun.elapsed() < BACK_WITHIN, "round {round}: {victim:?}");
    }

    let finished = uploads.finish().await;
    eprintln!("{} documents, back within {slowest:?}", finished.len());
    assert_whole(&gateway, &finished).await;
    gateway.stop().await;
}

async fn back(uploads: &Uploads, acknowledged: u64, round: u32, victim: Victim) {
    timeout(BACK_WITHIN, uploads.beyond(acknowledged))
        .await
        .unwrap_or_else(|_| panic!("round {round}: not back after {victim:?}"));
}
