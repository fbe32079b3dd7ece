//! A client's connection takes one file descriptor.

use std::fs;

use crate::support::{gateway::Gateway, wire::Wire};

fn open_descriptors() -> usize {
    fs::read_dir("/proc/self/fd")
        .expect("this is Linux")
        .count()
}

#[tokio::test]
async fn a_connection_takes_one_descriptor_whatever_it_is_used_for() {
    const CONNECTIONS: usize = 100;
    let gateway = Gateway::start().await;
    // The database's connections are open.
    gateway.client().start().await;
    let before = open_descriptors();
    let mut idle = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut wire = Wire::connect(gateway.address).await;
        wire.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert_eq!(wire.answer().await.status, 200);
        idle.push(wire);
    }
    // The other end of each is here, too.
    let more = open_descriptors() - before;
    assert!(
        more < CONNECTIONS * 5 / 2,
        "{more} for {CONNECTIONS} clients and as many connections of theirs"
    );
    drop(idle);
    gateway.stop().await;
}
