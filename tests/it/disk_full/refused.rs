//! A full disk: chunks are refused with -150, nothing that was acknowledged is lost, and service
//! is back by itself when there is space.

use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::time::{Instant, sleep};

use super::small_disk::SmallDisk;
use crate::support::{
    process::{postmaster, signal},
    retrying::{RetryingClient, exchange},
    soap::{chunk_parameters, request},
};

const CHUNK: usize = 500_000;
const INTERNAL: i64 = -150;
/// How long the disk stays full. Long enough for a Postgres that fails to fail again and again.
const FULL: Duration = Duration::from_secs(4);
/// How soon a chunk must be taken after there is space; the longest pause between two attempts to
/// start Postgres is 5 s.
const BACK_WITHIN: Duration = Duration::from_secs(10);

/// Another program takes the space down to the last byte: what is kept free is gone, too.
#[tokio::test]
async fn a_disk_that_somebody_fills_is_survived_and_postgres_keeps_running() {
    let changes = [
        ("content.min_free", "32MiB"),
        ("content.segment_size", "4MiB"),
    ];
    let Some(disk) = SmallDisk::start(&changes).await else {
        return;
    };
    let server = postmaster(&disk.data()).expect("Postgres runs");
    fill_and_make_room(&disk, || {}).await;
    assert_eq!(postmaster(&disk.data()), Some(server), "no restart");
    disk.gateway.stop().await;
}

/// Nothing is kept free, and Postgres dies and cannot start again on a full disk.
#[tokio::test]
async fn a_disk_too_full_for_postgres_to_start_is_survived() {
    let changes = [("content.min_free", "0"), ("content.segment_size", "4MiB")];
    let Some(disk) = SmallDisk::start(&changes).await else {
        return;
    };
    let kill = || {
        let server = postmaster(&disk.data()).expect("Postgres runs");
        signal(server, Signal::SIGKILL);
    };
    fill_and_make_room(&disk, kill).await;
    disk.gateway.stop().await;
}

async fn fill_and_make_room(disk: &SmallDisk, when_full: impl FnOnce()) {
    disk.gateway.add_account().await;
    let mut client = RetryingClient::new(disk.gateway.address);
    let before = vec![b'b'; CHUNK];
    let earlier = client.upload(&[&before]).await;
    let session = client.start().await;

    disk.fill();
    when_full();
    let (mut document, mut refused) = (Vec::new(), 0);
    let full_until = Instant::now() + FULL;
    for number in 0_u8.. {
        if Instant::now() >= full_until {
            break;
        }
        let chunk = vec![number; CHUNK];
        match once(disk, &session, &chunk).await {
            INTERNAL => {
                refused += 1;
                sleep(Duration::from_millis(100)).await;
            }
            total => {
                document.extend(chunk);
                assert_eq!(total, i64::try_from(document.len()).expect("short"));
            }
        }
    }
    assert!(refused > 5, "only {refused} chunks were refused");

    disk.make_room();
    let begun = Instant::now();
    let last = vec![b'l'; CHUNK];
    document.extend(&last);
    let total = client.chunk(&session, &last, true).await;
    assert_eq!(total, i64::try_from(document.len()).expect("short"));
    assert!(begun.elapsed() < BACK_WITHIN, "{:?}", begun.elapsed());
    eprintln!("refused {refused}, back after {:?}", begun.elapsed());
    assert!(disk.gateway.export(&session).await == document);
    assert!(disk.gateway.export(&earlier).await == before);
}

/// Sends a chunk once and returns the result.
async fn once(disk: &SmallDisk, session: &str, chunk: &[u8]) -> i64 {
    let request = request("UploadFileChunk", &chunk_parameters(session, chunk, false));
    let answer = exchange(disk.gateway.address, &request).await;
    answer.expect("an answer").result("UploadFileChunk")
}
