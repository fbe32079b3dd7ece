//! `verify` finds damage and names its session.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    path::Path,
};

use super::support::{program_on, run};
use crate::support::gateway::Gateway;

/// Changes one byte of `stored` in the journal of this data directory.
pub fn damage(data_dir: &Path, stored: &[u8]) {
    let start = &stored[..64];
    for entry in fs::read_dir(data_dir.join("content")).expect("a journal") {
        let path = entry.expect("an entry").path();
        let bytes = fs::read(&path).expect("a file");
        if let Some(place) = memchr::memmem::find(&bytes, start) {
            let file = File::options().write(true).open(path).expect("a segment");
            // Not the first byte: the record's header may by chance end as the data begins.
            let inside = place + start.len() / 2;
            file.write_all_at(&[!bytes[inside]], inside as u64)
                .expect("a write");
            return;
        }
    }
    panic!("the bytes lie in no segment");
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_is_found_and_its_session_named() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let mut numbers = Vec::new();
    let documents = [[b'a'; 5000], [b'b'; 5000]];
    for document in &documents {
        let session = client.start().await;
        assert_eq!(client.chunk(&session, document, true).await, 5000);
        numbers.push(gateway.session(&session).await.0);
    }
    drop(client);
    let (_settings, database, journal) = gateway.stop_keeping().await;
    let verify = |options: &[&str]| {
        let arguments = [&["verify"], options].concat();
        run(&mut program_on(&database, journal.path(), &arguments))
    };
    verify(&[])
        .ends_with(0)
        .shows("2 sessions, 2 extents, 10,000 bytes: all whole");
    verify(&["--journal"])
        .ends_with(0)
        .shows("2 intact records, 10,000 bytes");

    damage(journal.path(), &documents[1]);
    let lines = verify(&["--json"])
        .ends_with(4)
        .says("1 session is damaged")
        .json();
    assert_eq!(lines[0]["session"], numbers[1]);
    assert_eq!(lines[1]["damaged_sessions"], 1);
    verify(&["--journal"])
        .ends_with(0)
        .shows("1 record not intact");

    for entry in fs::read_dir(journal.path().join("content")).unwrap() {
        let path = entry.unwrap().path();
        if path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with("segment-")
        {
            fs::remove_file(path).unwrap();
        }
    }
    verify(&[])
        .ends_with(4)
        .says("2 sessions are damaged")
        .shows("missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_without_a_byte_is_whole() {
    let gateway = Gateway::start().await;
    let (_settings, database, journal) = gateway.stop_keeping().await;
    run(&mut program_on(&database, journal.path(), &["verify"]))
        .ends_with(0)
        .shows("0 sessions");
}

#[test]
fn without_a_content_store_there_is_nothing_to_verify() {
    let folder = tempfile::tempdir().unwrap();
    let mut verify = super::support::program(&["verify", "--journal", "--data-dir"]);
    run(verify.arg(folder.path()))
        .ends_with(3)
        .says("there is no content store at");
}
