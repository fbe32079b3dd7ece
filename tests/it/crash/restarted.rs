//! Postgres restarted under load: service is back soon after the database is, no request hangs
//! (the clients see to that), and nothing is lost or doubled.

use std::{path::Path, time::Duration};

use nix::sys::signal::Signal;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use super::{
    random::Random,
    uploads::{Uploads, assert_whole},
};
use crate::support::process::{DataDirectory, Process, postmaster, signal};

const RESTARTS: u32 = 4;
const CLIENTS: u64 = 4;
/// How soon after the database a chunk must be acknowledged again.
const BACK_WITHIN: Duration = Duration::from_secs(2);
/// How long the database itself may take.
const RESTARTED_WITHIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn service_is_back_within_two_seconds_of_the_database() {
    let mut random = Random::announced();
    let directory = DataDirectory::new();
    let changes = [("content.min_free", "0"), ("content.segment_size", "4MiB")];
    let gateway = Process::start(directory.path(), &changes).await;
    gateway.add_account().await;
    let address = watch::channel(gateway.address).1;
    let uploads = Uploads::start(CLIENTS, &address, &mut random);

    for restart in 0..RESTARTS {
        uploads.beyond(uploads.acknowledged()).await;
        let server = postmaster(directory.path()).expect("Postgres runs");
        // A fast shutdown: transactions are rolled back, connections cut.
        signal(server, Signal::SIGINT);
        ready_again(directory.path(), server).await;
        let returned = Instant::now();
        timeout(BACK_WITHIN, uploads.beyond(uploads.acknowledged()))
            .await
            .unwrap_or_else(|_| panic!("restart {restart}: no chunk within {BACK_WITHIN:?}"));
        eprintln!("restart {restart}: back after {:?}", returned.elapsed());
    }

    let finished = uploads.finish().await;
    assert_whole(&gateway, &finished).await;
    gateway.stop().await;
}

/// Waits until another postmaster than `before` says in its file that it takes connections.
pub async fn ready_again(directory: &Path, before: i32) {
    let deadline = Instant::now() + RESTARTED_WITHIN;
    loop {
        let file = directory.join("postgres/postmaster.pid");
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let is_ready = text
            .lines()
            .last()
            .is_some_and(|line| line.trim() == "ready");
        if is_ready && postmaster(directory).is_some_and(|now| now != before) {
            return;
        }
        assert!(Instant::now() < deadline, "Postgres does not come back");
        sleep(Duration::from_millis(10)).await;
    }
}
