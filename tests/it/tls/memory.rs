//! Many large chunks at once inside TLS need little more memory than without it.

use std::sync::Arc;

use base64_simd::STANDARD;
use tokio::{sync::Barrier, task::JoinSet};

use crate::{
    load::memory::{CHUNK, CLIENTS, GROWTH, upload},
    support::{
        process::{DataDirectory, Process, free_port},
        retrying::RetryingClient,
    },
};

use super::support::{Authority, LONG};

/// What a connection's keys and its records on their way in and out may take, in KiB.
const OF_A_CONNECTION: u64 = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_large_chunks_at_once_are_no_burden() {
    let authority = Authority::new(LONG);
    let directory = DataDirectory::new();
    let (certificate, key) = (authority.certificate(), authority.key());
    let listen = format!("127.0.0.1:{}", free_port());
    let gateway = Process::start(
        directory.path(),
        &[
            ("content.min_free", "0"),
            ("tls.certificate", certificate.to_str().unwrap()),
            ("tls.key", key.to_str().unwrap()),
            ("tls.listen", &listen),
        ],
    )
    .await;
    gateway.add_account().await;
    let mut client = RetryingClient::new(gateway.address);
    let chunk: Arc<str> = STANDARD.encode_to_string(vec![b'm'; CHUNK]).into();
    let idle = gateway.peak_memory();

    let all_connected = Arc::new(Barrier::new(CLIENTS));
    let mut uploads = JoinSet::new();
    for _ in 0..CLIENTS {
        let session = client.start().await;
        let stream = authority.connect(listen.parse().unwrap()).await;
        uploads.spawn(upload(
            stream,
            session,
            Arc::clone(&chunk),
            Arc::clone(&all_connected),
        ));
    }
    uploads.join_all().await;

    let (peak, limit) = (
        gateway.peak_memory(),
        idle + GROWTH + OF_A_CONNECTION * CLIENTS as u64,
    );
    eprintln!("at most {peak} KiB resident, {idle} KiB of them before the chunks");
    assert!(peak < limit, "{peak} KiB were resident");
    gateway.stop().await;
}
