//! A server that dies is started again.

use rustix::process::{Pid, Signal, kill_process};

use super::{Place, connect, execute, value};
use crate::support::postgres::host::{Host, Orders};

#[tokio::test]
async fn a_killed_server_is_started_again_at_the_same_place() {
    let place = Place::new();
    let mut host = Host::start(&Orders {
        // Otherwise what was committed just before the kill may be gone.
        durable: true,
        ..place.orders()
    });
    let mut server = host.ready().await;
    let client = connect(&server.endpoint).await;
    execute(
        &client,
        "CREATE TABLE kept (what text); INSERT INTO kept VALUES ('this')",
    )
    .await;

    for _ in 0..2 {
        let postmaster = Pid::from_raw(server.postmaster).expect("a process number");
        kill_process(postmaster, Signal::KILL).expect("it runs");
        let next = host.restarted().await;
        assert_ne!(next, server.postmaster);
        server.postmaster = next;
        let client = connect(&server.endpoint).await;
        assert_eq!(value(&client, "SELECT what FROM kept").await, "this");
    }
    host.stop().await;
}
