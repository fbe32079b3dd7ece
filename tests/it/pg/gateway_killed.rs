//! The server ends with its gateway, also after `kill -9`, and starts again cleanly.

use std::{
    fs,
    os::unix::{fs::MetadataExt, process::CommandExt},
    process::Command,
    time::Duration,
};

use rustix::process::{Pid, Signal, getpgid, kill_process};
use tokio::time::timeout;

use super::{Place, connect, execute, value};
use crate::support::postgres::host::end_of;

/// Well over what a fast shutdown takes on a loaded machine.
const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn the_server_ends_soon_after_its_gateway_was_killed() {
    let place = Place::new();
    let mut host = place.start();
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
    let log = fs::read_to_string(place.directory().join("postgres/postmaster.pid"));
    assert!(log.is_err(), "a shutdown, not a crash, removes the file");

    let mut host = place.start();
    let client = connect(&host.ready().await.endpoint).await;
    assert_eq!(value(&client, "SELECT what FROM kept").await, "this");
    host.stop().await;
}

/// The next gateway does not wait for the old server in vain, nor run beside it.
#[tokio::test]
async fn the_next_gateway_starts_at_once_after_a_kill() {
    let place = Place::new();
    let mut host = place.start();
    let first = host.ready().await;
    host.kill().await;

    let mut host = place.start();
    let second = host.ready().await;
    assert_ne!(first.endpoint.socket_dir, second.endpoint.socket_dir);
    timeout(SOON, end_of(first.postmaster))
        .await
        .expect("the old server has ended");
    // The old server's guard is still about, and must leave the new server alone.
    let client = connect(&second.endpoint).await;
    execute(&client, "SELECT pg_sleep(3)").await;
    assert_eq!(value(&client, "SELECT 'up'").await, "up");
    host.stop().await;
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
    other.arg("600");
    if rustix::process::geteuid().is_root() {
        other.uid(owner.uid()).gid(owner.gid());
    }
    let mut other = other.spawn().expect("a process of the same user");
    let stale = format!(
        "{}\n{}\n1700000000\n5432\n/tmp\n\n",
        other.id(),
        cluster.display()
    );
    fs::write(cluster.join("postmaster.pid"), stale).expect("a stale file");

    let mut host = place.start();
    host.ready().await;
    host.stop().await;
    other
        .kill()
        .and_then(|()| other.wait())
        .expect("it lives until here");
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
    kill_process(gateway, Signal::INT).expect("it runs");
    timeout(SOON, end_of(server.postmaster))
        .await
        .expect("the guard ends the server");
}
