//! Before a positive total goes out, everything it promises is on disk.

use std::{fs, path::Path, process::Command};

use super::calls::{Call, parse};
use crate::support::{
    process::{DataDirectory, Process},
    retrying::RetryingClient,
};

const CHUNKS: usize = 12;
/// More than one record each, and several segments together.
const CHUNK: usize = 300_000;

const SENDS: [&str; 4] = ["sendto", "sendmsg", "write", "writev"];
const RECEIVES: [&str; 4] = ["recvfrom", "recvmsg", "read", "readv"];

/// Small segments, so that several are used.
#[tokio::test]
async fn totals_wait_for_each_of_several_segments() {
    totals_wait_for_the_disk("1MiB", 3).await;
}

/// Large ones take so long to prepare that nothing else syncs the directory meanwhile.
#[tokio::test]
async fn totals_wait_for_the_name_of_a_segment() {
    totals_wait_for_the_disk("64MiB", 1).await;
}

async fn totals_wait_for_the_disk(segment_size: &str, at_least: usize) {
    if !strace_is_there() {
        return;
    }
    let directory = DataDirectory::new();
    let calls = traced_upload(directory.path(), segment_size).await;
    let content = directory.path().join("content");
    let content = content.to_str().expect("a path in UTF-8");
    let answers: Vec<(&Call, i64)> = calls.iter().filter_map(total_in_answer).collect();
    let totals: Vec<i64> = answers.iter().map(|(_, total)| *total).collect();
    let expected: Vec<i64> = (1..=CHUNKS).map(|n| bytes(n * CHUNK)).collect();
    assert_eq!(totals, expected, "the answers in the trace");

    let mut segments = Vec::new();
    let mut written_until = 0;
    for (answer, total) in answers {
        let before: Vec<&Call> = calls.iter().filter(|c| c.began < answer.began).collect();
        let writes = writes_to_segments(&before, content);
        let new: Vec<&&Call> = writes.iter().filter(|w| w.began > written_until).collect();
        let written: i64 = new.iter().map(|write| write.result).sum();
        assert!(
            written >= bytes(CHUNK),
            "total {total}: {written} bytes written"
        );
        segments.extend(new.iter().map(|write| write.target()));

        let synced = writes.iter().map(|write| {
            sync_after(&before, "fdatasync", write.target(), write.returned, answer)
                .unwrap_or_else(|| panic!("total {total}: {write:?} is not synced"))
        });
        let synced = synced.max().expect("something was written");
        assert!(
            committed(&before, synced, total, answer),
            "total {total} goes out before its commit has returned"
        );
        let store_id = format!("{content}/store-id");
        let renames = before.iter().filter(|call| {
            let name = new_name(call);
            name == store_id || segments.contains(&name.as_str())
        });
        for rename in renames {
            assert!(
                sync_after(&before, "fsync", content, rename.returned, answer).is_some(),
                "total {total}: the directory is not synced after {rename:?}"
            );
        }
        written_until = answer.began;
    }
    segments.dedup();
    assert!(segments.len() >= at_least, "{segments:?}");

    let made = calls
        .iter()
        .find(|call| call.is_one_of(&["mkdir", "mkdirat"]) && path_of(call, 0) == content)
        .expect("the journal's directory is made");
    let parent = directory.path().to_str().expect("a path in UTF-8");
    let first = calls.iter().find(|call| total_in_answer(call).is_some());
    let synced = sync_after(
        &calls.iter().collect::<Vec<_>>(),
        "fsync",
        parent,
        made.returned,
        first.expect("an answer"),
    );
    assert!(
        synced.is_some(),
        "the data directory is not synced after {made:?}"
    );
}

/// Without strace there is nothing to see, which a machine that checks changes must not accept.
fn strace_is_there() -> bool {
    let there = Command::new("strace").arg("-V").output().is_ok();
    if !there {
        assert!(
            std::env::var_os("CI").is_none(),
            "strace is missing: apt-get install strace"
        );
        eprintln!("skipped: strace is missing (apt-get install strace)");
    }
    there
}

fn bytes(number: usize) -> i64 {
    i64::try_from(number).expect("a short document")
}

async fn traced_upload(directory: &Path, segment_size: &str) -> Vec<Call> {
    let notes = tempfile::tempdir().expect("a folder");
    let file = notes.path().join("trace");
    let strace = [
        "strace",
        // The tracer is no parent: the test's child is the gateway itself.
        "-D",
        // All threads, but not Postgres.
        "-f",
        "--detach-on=execve",
        "-yy",
        "-s",
        "4096",
        "-e",
        "trace=fdatasync,fsync,mkdir,mkdirat,pwrite64,rename,renameat,renameat2,\
         sendto,sendmsg,write,writev,recvfrom,recvmsg,read,readv",
        "-o",
        file.to_str().expect("a path in UTF-8"),
    ];
    let changes = [
        ("content.min_free", "0"),
        ("content.segment_size", segment_size),
    ];
    let gateway = Process::start_under(&strace, directory, &changes).await;
    gateway.add_account().await;
    let mut client = RetryingClient::new(gateway.address);
    let chunk = vec![b'c'; CHUNK];
    client.upload(&[&chunk[..]; CHUNKS]).await;
    // Its log ends with the tracer, which has then written everything.
    gateway.stop().await;
    let trace = fs::read(&file).expect("a trace");
    parse(&String::from_utf8_lossy(&trace))
}

/// The total in an answer to `UploadFileChunk` that is sent to a client.
fn total_in_answer(call: &Call) -> Option<(&Call, i64)> {
    if !call.is_one_of(&SENDS) || !call.target().starts_with("TCP") {
        return None;
    }
    let text = String::from_utf8_lossy(&call.data()).into_owned();
    let (_, result) = text.split_once("<UploadFileChunkResult>")?;
    let (total, _) = result.split_once('<')?;
    Some((call, total.parse().expect("a number")))
}

fn writes_to_segments<'a>(before: &[&'a Call], content: &str) -> Vec<&'a Call> {
    let segment = format!("{content}/segment-");
    before
        .iter()
        .filter(|call| call.name == "pwrite64" && call.target().starts_with(&segment))
        .copied()
        .collect()
}

/// The line on which the first successful sync of `target` that began after line `after` has
/// returned, if that was before `answer`.
fn sync_after(
    before: &[&Call],
    name: &str,
    target: &str,
    after: usize,
    answer: &Call,
) -> Option<usize> {
    before
        .iter()
        .filter(|call| call.name == name && call.target() == target && call.result == 0)
        .find(|call| call.began > after && call.returned < answer.began)
        .map(|call| call.returned)
}

/// Whether Postgres was asked after line `synced` and has answered with this total.
fn committed(before: &[&Call], synced: usize, total: i64, answer: &Call) -> bool {
    let postgres = |call: &&&Call| call.target().starts_with("UNIX");
    let asked = before
        .iter()
        .filter(postgres)
        .filter(|call| call.is_one_of(&SENDS) && call.began > synced);
    asked.into_iter().any(|question| {
        before
            .iter()
            .filter(|call| call.is_one_of(&RECEIVES) && call.target() == question.target())
            .filter(|call| call.returned > question.returned && call.returned < answer.began)
            .any(|call| {
                let data = call.data();
                let has = |bytes: &[u8]| data.windows(bytes.len()).any(|part| part == bytes);
                has(&total.to_be_bytes()) && has(b"SELECT 1\0")
            })
    })
}

/// The path that it gives a file; empty for other calls.
fn new_name(call: &Call) -> String {
    if call.is_one_of(&["rename", "renameat", "renameat2"]) {
        path_of(call, 1)
    } else {
        String::new()
    }
}

fn path_of(call: &Call, argument: usize) -> String {
    let texts = call.texts();
    let bytes = texts.get(argument).cloned().unwrap_or_default();
    String::from_utf8(bytes).expect("a path in UTF-8")
}
