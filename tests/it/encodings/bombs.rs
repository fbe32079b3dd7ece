//! A little that becomes much: no more than `http.max_body` of it is decoded, memory stays as it
//! is, and others are served meanwhile.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use tokio::task::JoinSet;

use crate::support::{
    process::{DataDirectory, Process},
    wire::Wire,
};

use super::{
    gzip::assert_too_long,
    support::{chunk_envelope, coded, gzip},
};

const BOMBS: usize = 20;
/// What one bomb may take, in KiB: 43 for its gzip body, and what every connection reads ahead.
/// Each is stopped at 10 MiB, and would be 64.
const EACH: u64 = 512;

/// An envelope whose chunk is 64 MiB of base64, in 64 KiB or so.
fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let envelope = chunk_envelope("", b"");
    let (begin, _) = envelope.split_once("</Chunk>").expect("a chunk");
    encoder.write_all(begin.as_bytes()).expect("memory");
    let letters = vec![b'A'; 1 << 20];
    for _ in 0..64 {
        encoder.write_all(&letters).expect("memory");
    }
    encoder.finish().expect("memory")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bombs_cost_no_memory() {
    let directory = DataDirectory::new();
    // So little for document data that what gzip takes shows.
    let settings = [
        ("content.min_free", "0"),
        ("http.max_in_flight", "120"),
        ("http.body_memory", "2MiB"),
    ];
    let gateway = Process::start(directory.path(), &settings).await;
    gateway.add_account().await;
    let mut wire = Wire::connect(gateway.address).await;
    let plain = coded("gzip", gzip(chunk_envelope("", b"chunk").as_bytes()));
    assert_eq!(wire.ask(&plain).await.result("UploadFileChunk"), -1062);
    let before = gateway.peak_memory();

    let bomb = coded("gzip", bomb());
    let mut bombs = JoinSet::new();
    for _ in 0..BOMBS {
        let (address, bomb) = (gateway.address, bomb.clone());
        bombs.spawn(async move {
            let mut wire = Wire::connect(address).await;
            assert_too_long(&wire.ask(&bomb).await);
        });
    }
    bombs.join_all().await;

    let grown = gateway.peak_memory() - before;
    eprintln!("{grown} KiB more than {before} KiB for {BOMBS} bombs at once");
    assert!(grown < BOMBS as u64 * EACH, "{grown} KiB more");
    assert_eq!(wire.ask(&plain).await.result("UploadFileChunk"), -1062);
    gateway.stop().await;
}
