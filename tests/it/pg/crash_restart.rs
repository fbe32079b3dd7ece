//! Whatever was killed, the next gateway has a server soon.
//!
//! A server one of whose processes was killed recovers by itself, and takes no notice of a request
//! to stop in order meanwhile.

use std::{fs, time::Duration};

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, sleep};

use super::{Place, connect, execute};
use crate::support::postgres::host::{Host, Orders, Server};

/// Seconds where a server that is waited for takes half a minute.
const SOON: Duration = Duration::from_secs(12);

/// The processes whose parent is the server.
fn children(postmaster: i32) -> Vec<(i32, String)> {
    let mut children = Vec::new();
    for entry in fs::read_dir("/proc").expect("processes").flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|it| it.parse().ok()) else {
            continue;
        };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let parent = stat
            .rsplit_once(") ")
            .and_then(|(_, it)| it.split(' ').nth(1));
        if parent == Some(&postmaster.to_string()) {
            let title = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
            children.push((process, title));
        }
    }
    children
}

fn kill(process: i32) {
    // It may have ended just now.
    let _ = kill_process(Pid::from_raw(process).expect("a number"), Signal::KILL);
}

fn kill_backends(server: &Server, most: usize) {
    let backends = children(server.postmaster);
    let backends = backends
        .into_iter()
        .filter(|(_, title)| title.contains("chunkgate chunkgate"));
    let killed: Vec<_> = backends
        .take(most)
        .map(|(process, _)| kill(process))
        .collect();
    assert!(!killed.is_empty(), "there are connections");
}

/// A server with work behind it, and connections.
async fn busy(place: &Place) -> (Host, Server, Vec<tokio_postgres::Client>) {
    let mut host = Host::start(&Orders {
        durable: true,
        ..place.orders()
    });
    let server = host.ready().await;
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(connect(&server.endpoint).await);
    }
    execute(
        &clients[0],
        "CREATE TABLE kept AS SELECT generate_series(1, 200000) AS number",
    )
    .await;
    (host, server, clients)
}

/// The next gateway serves what was committed, and soon.
async fn serves_soon(place: &Place) {
    let begun = Instant::now();
    let mut host = place.start();
    let server = host.ready().await;
    let taken = begun.elapsed();
    assert!(taken < SOON, "it took {taken:?}");
    println!("a server after {taken:?}");
    let client = connect(&server.endpoint).await;
    let count = super::value(&client, "SELECT count(*)::text FROM kept").await;
    assert_eq!(count, "200000");
    host.stop().await;
}

#[tokio::test]
async fn backends_and_then_the_gateway() {
    for (backends, pause) in [(1, 0), (1, 60), (4, 0), (4, 30), (4, 60), (4, 150)] {
        let place = Place::new();
        let (host, server, _clients) = busy(&place).await;
        kill_backends(&server, backends);
        // Each pause finds the server at another step of its recovery.
        sleep(Duration::from_millis(pause)).await;
        host.kill().await;
        serves_soon(&place).await;
    }
}

#[tokio::test]
async fn backends_the_postmaster_and_the_gateway() {
    let place = Place::new();
    let (host, server, _clients) = busy(&place).await;
    kill_backends(&server, 4);
    sleep(Duration::from_millis(60)).await;
    kill(server.postmaster);
    host.kill().await;
    serves_soon(&place).await;
}

#[tokio::test]
async fn the_postmaster_alone_while_its_backends_work() {
    let place = Place::new();
    let (host, server, clients) = busy(&place).await;
    let working = tokio::spawn(async move {
        let _ended = clients[0]
            .batch_execute("SELECT count(*) FROM generate_series(1, 1e9)")
            .await;
    });
    sleep(Duration::from_millis(100)).await;
    kill(server.postmaster);
    host.kill().await;
    serves_soon(&place).await;
    working.abort();
}

#[tokio::test]
async fn the_gateway_while_it_starts() {
    let place = Place::new();
    let (host, server, _clients) = busy(&place).await;
    kill_backends(&server, 2);
    host.kill().await;
    for pause in [0, 50, 150, 400] {
        let mut host = place.start();
        let _claimed = host.report().await;
        sleep(Duration::from_millis(pause)).await;
        host.kill().await;
    }
    serves_soon(&place).await;
}

/// A stop in order does not wait for a server that takes no notice.
#[tokio::test]
async fn a_stop_while_the_server_recovers() {
    for pause in [0, 30, 60, 100, 200] {
        let place = Place::new();
        let (host, server, _clients) = busy(&place).await;
        kill_backends(&server, 4);
        sleep(Duration::from_millis(pause)).await;
        let begun = Instant::now();
        host.stop().await;
        let taken = begun.elapsed();
        assert!(taken < SOON, "{pause}: the stop took {taken:?}");
    }
}
