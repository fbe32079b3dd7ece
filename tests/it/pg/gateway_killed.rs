//! The server ends with its gateway, also after `kill -9`, and starts again cleanly.

use std::{
    fs::{self, File},
    os::unix::fs::MetadataExt,
    process::Stdio,
    time::Duration,
};

use rustix::process::{Pid, Signal, getpgid, kill_process, kill_process_group};
use tokio::{
    process::Command,
    time::{sleep, timeout},
};

use super::{Place, connect, execute, value};
use crate::support::postgres::host::{Host, Orders, end_of};

/// Well over what a fast shutdown takes on a loaded machine.
const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn the_server_ends_soon_after_its_gateway_was_killed() {
    let place = Place::new();
    let mut host = Host::start(&Orders {
        // It ends without a checkpoint, and what was committed is there all the same.
        durable: true,
        ..place.orders()
    });
    let server = host.ready().await;
    let client = connect(&server.endpoint).await;
    execute(
        &client,
        "CREATE TABLE kept (what text); INSERT INTO kept VALUES ('this')",
    )
    .await;

    host.kill().await;
    timeout(SOON, end_of(server.postmaster))
        .await
        .expect("the guard ends the server");
    let pid_file = place.directory().join("postgres/postmaster.pid");
    assert!(!pid_file.exists(), "a server that is shut down removes it");

    let mut host = place.start();
    let client = connect(&host.ready().await.endpoint).await;
    assert_eq!(value(&client, "SELECT what FROM kept").await, "this");
    host.stop().await;
}

/// Two servers never run in one cluster, and a server nobody ended does not keep a gateway away.
#[tokio::test]
async fn the_next_gateway_ends_a_server_that_still_runs() {
    let place = Place::new();
    let mut host = place.start();
    let first = host.ready().await;
    let guard = guard_of(&place);
    let pipe = hold_pipe(guard);
    host.kill().await;

    let mut host = place.start();
    let second = host.ready().await;
    assert_ne!(first.endpoint.socket_dir, second.endpoint.socket_dir);
    timeout(SOON, end_of(first.postmaster))
        .await
        .expect("the old server has ended");

    drop(pipe);
    timeout(SOON, end_of(guard)).await.expect("its guard ends");
    assert!(!first.endpoint.socket_dir.exists(), "the guard cleans up");
    host.stop().await;
}

/// Everything was killed, and the guard comes to look only when the next server is up.
#[tokio::test]
async fn a_late_guard_leaves_the_next_server_alone() {
    let place = Place::new();
    let mut host = place.start();
    let first = host.ready().await;
    let guard = guard_of(&place);
    let pipe = hold_pipe(guard);
    host.kill().await;
    signal(first.postmaster, Signal::KILL);

    let mut host = place.start();
    let second = host.ready().await;
    drop(pipe);
    timeout(SOON, end_of(guard))
        .await
        .expect("it finds nothing to do");
    let client = connect(&second.endpoint).await;
    assert_eq!(value(&client, "SELECT 'up'").await, "up");
    host.stop().await;
}

#[tokio::test]
async fn a_guard_that_was_killed_is_replaced() {
    let place = Place::new();
    let mut host = place.start();
    let server = host.ready().await;
    let guard = guard_of(&place);
    signal(guard, Signal::KILL);
    let replaced = async {
        while guards_of(&place).iter().all(|process| *process == guard) {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(SOON, replaced).await.expect("another guard");

    host.kill().await;
    timeout(SOON, end_of(server.postmaster))
        .await
        .expect("the guard ends the server");
}

/// Everything was killed, and the number in `postmaster.pid` is another process' by now, as after
/// the restart of a container.
#[tokio::test]
async fn a_stale_process_number_that_was_given_to_another_process_does_not_matter() {
    let place = Place::new();
    let mut host = place.start();
    host.ready().await;
    host.stop().await;

    let cluster = place.directory().join("postgres");
    let owner = cluster.metadata().expect("the cluster");
    let mut other = Command::new("sleep");
    other
        .arg("600")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    if rustix::process::geteuid().is_root() {
        other.uid(owner.uid()).gid(owner.gid());
    }
    let other = other.spawn().expect("a process of the same user");
    let number = other.id().expect("it runs");
    let cluster_path = cluster.display();
    let stale = format!("{number}\n{cluster_path}\n1700000000\n5432\n/tmp\n\n");
    fs::write(cluster.join("postmaster.pid"), stale).expect("a stale file");

    let mut host = place.start();
    host.ready().await;
    host.stop().await;
    assert_eq!(other.id(), Some(number), "it lives until here");
}

/// Ctrl-C in a terminal goes to the whole process group, and the gateway must finish its requests
/// before its server goes.
#[tokio::test]
async fn the_server_is_not_in_the_gateways_process_group() {
    let place = Place::new();
    let mut host = place.start();
    let server = host.ready().await;
    let group = |process| getpgid(Pid::from_raw(process)).expect("it runs");
    assert_ne!(group(host.process()), group(server.postmaster));

    let gateway = Pid::from_raw(host.process()).expect("a process number");
    kill_process_group(gateway, Signal::INT).expect("it runs");
    timeout(SOON, end_of(server.postmaster))
        .await
        .expect("the guard ends the server");
}

fn signal(process: i32, signal: Signal) {
    let process = Pid::from_raw(process).expect("a process number");
    kill_process(process, signal).expect("it runs");
}

/// Keeps the guard from seeing that its gateway has gone.
fn hold_pipe(guard: i32) -> File {
    File::options()
        .write(true)
        .open(format!("/proc/{guard}/fd/0"))
        .expect("the guard's pipe")
}

fn guard_of(place: &Place) -> i32 {
    let guards = guards_of(place);
    assert_eq!(guards.len(), 1, "{guards:?}");
    guards[0]
}

/// The watchers of the cluster there, by their command lines. A zombie has none.
fn guards_of(place: &Place) -> Vec<i32> {
    let cluster = place.directory().join("postgres");
    let cluster = cluster.to_str().expect("a plain path");
    let is_guard = |process: &i32| {
        let line = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        let mut words = line.split(|byte| *byte == 0);
        words.any(|word| word == b"chunkgate-guard") && words.any(|word| word == cluster.as_bytes())
    };
    fs::read_dir("/proc")
        .expect("processes")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(is_guard)
        .collect()
}
