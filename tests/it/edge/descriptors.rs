//! A client's connection takes one file descriptor, and connections never take those that the
//! journal and the database need.

use std::{fs, time::Duration};

use tokio::{net::TcpStream, time::timeout};

use crate::support::{
    gateway::Gateway,
    process::{DataDirectory, Process},
    retrying::RetryingClient,
    soap::Client,
    wire::Wire,
};

/// The hard limit. It leaves some dozen connections beside what the gateway keeps for itself.
const LIMIT: &str = "600";
/// More idle connections than there are descriptors.
const IDLE: usize = 700;
/// How long a connection is waited for that the gateway may leave in the kernel.
const A_MOMENT: Duration = Duration::from_millis(100);
/// Larger than a segment, so that each chunk has the journal open files.
const CHUNK: usize = 2 << 20;

#[tokio::test]
async fn under_a_low_limit_idle_connections_leave_enough_for_chunks() {
    let directory = DataDirectory::new();
    let changes = [
        ("server.workers", "2"),
        ("content.segment_size", "1MiB"),
        ("content.min_free", "0"),
    ];
    // The soft limit is lower still: the gateway raises it.
    let limits = format!("--nofile=300:{LIMIT}");
    let gateway = Process::start_under(&["prlimit", &limits], directory.path(), &changes).await;
    let raised = fs::read_to_string(format!("/proc/{}/limits", gateway.process())).unwrap();
    let files = raised
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let soft = files.and_then(|line| line.split_whitespace().nth(3));
    assert_eq!(soft, Some(LIMIT), "{raised}");

    gateway.add_account().await;
    let session = RetryingClient::new(gateway.address).start().await;
    let mut client = Client::new(gateway.address);
    let first = client.chunk(&session, b"before", false).await;
    assert_eq!(first, 6);
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        if let Ok(Ok(stream)) = timeout(A_MOMENT, TcpStream::connect(gateway.address)).await {
            idle.push(stream);
        }
    }
    assert!(idle.len() > 300, "{} connections", idle.len());
    let mut expected = b"before".to_vec();
    for fill in 0..4 {
        let chunk = vec![fill; CHUNK];
        expected.extend_from_slice(&chunk);
        let total = client.chunk(&session, &chunk, fill == 3).await;
        assert_eq!(usize::try_from(total), Ok(expected.len()));
    }
    assert!(gateway.export(&session).await == expected);
    drop(idle);
    gateway.stop().await;
}

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
