//! A chunk that comes before its session: its first block waits in memory, the rest of it in a file
//! on its address' account until its session is known.

use std::path::{Path, PathBuf};

use crate::support::{eventually::eventually, gateway::Gateway, request::Request, wire::Wire};

use super::support::{NO_SESSION, chunk_first_request, is_busy};

/// More than one block, so that it is stored before its session is known.
const STAGED: usize = 300_000;
/// `<SessionID>`…, then `</UploadFileChunk></soap:Body></soap:Envelope>`.
const LENGTH_BEHIND_CHUNK: usize = 64 + 23 + 46;

async fn gateway() -> Gateway {
    Gateway::with(|settings| {
        settings.content.unproven_per_address = 2 * STAGED as u64 - 1;
        settings.limits.unknown_sessions_per_minute = 1_000_000;
        settings.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await
}

/// Sends all of a chunk but not the name of its session; returns what is left to send.
async fn send_but_for_its_session(gateway: &Gateway, request: &Request) -> (Wire, Vec<u8>) {
    let (begin, rest) = request
        .body()
        .split_at(request.body().len() - LENGTH_BEHIND_CHUNK);
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&request.head()).await;
    wire.send(begin).await;
    (wire, rest.to_vec())
}

#[tokio::test]
async fn small_and_large_chunks_may_come_before_their_session() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let session = client.start().await;
    let mut document = Vec::new();
    for (byte, length) in [(b'a', 1), (b'b', 8 * 1024), (b'c', 262_144), (b'd', STAGED)] {
        let chunk = vec![byte; length];
        let request = chunk_first_request(&session, &chunk);
        let answer = client.send(&request.bytes()).await;
        document.extend(chunk);
        let total = i64::try_from(document.len()).unwrap();
        assert_eq!(answer.result("UploadFileChunk"), total);
    }
    let id = gateway.session(&session).await;
    assert!(gateway.content(id).await == document);
    gateway.stop().await;
}

#[tokio::test]
async fn a_session_that_turns_out_to_be_unknown_leaves_nothing() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    for length in [10, STAGED] {
        let request = chunk_first_request(NO_SESSION, &vec![7; length]);
        let answer = client.send(&request.bytes()).await;
        assert_eq!(answer.result("UploadFileChunk"), -1062);
    }
    let totals = gateway.repository.totals().await.unwrap();
    assert_eq!(totals.live_bytes, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn bytes_of_strangers_never_reach_the_content_store_and_are_given_back_at_once() {
    const MARK: u8 = 0xA7;
    let gateway = gateway().await;
    let mut wire = Wire::connect(gateway.address).await;
    // Twice what the address may have at once.
    for _ in 0..4 {
        let large = chunk_first_request(NO_SESSION, &vec![MARK; STAGED]);
        assert_eq!(wire.ask(&large).await.result("UploadFileChunk"), -1062);
    }
    let directory = gateway.directory.path();
    assert_eq!(files(&directory.join("staging")).count(), 0);
    for path in files(&directory.join("content")) {
        let segment = std::fs::read(&path).expect("a segment");
        let found = memchr::memmem::find(&segment, &[MARK; 64]);
        assert_eq!(found, None, "{}", path.display());
    }
    gateway.stop().await;
}

fn files(directory: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(directory).expect("the directory");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.is_file())
}

#[tokio::test]
async fn over_its_account_an_address_gets_503_until_its_bytes_are_proven() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let mut second = Wire::connect(gateway.address).await;
    let mut address = 0;
    let (mut first, rest, large) = eventually("503", async || {
        address += 1;
        let session = client.start().await;
        let here = format!("192.0.2.{address}");
        let large = chunk_first_request(&session, &vec![7; STAGED]).forwarded_for(&here);
        let (mut first, rest) = send_but_for_its_session(&gateway, &large).await;
        if is_busy(&second.ask(&large).await) {
            return Some((first, rest, large));
        }
        // The second was faster and may have stood in the first one's way.
        first.send(&rest).await;
        first.answer().await;
        None
    })
    .await;
    first.send(&rest).await;
    let staged = i64::try_from(STAGED).unwrap();
    assert_eq!(first.answer().await.result("UploadFileChunk"), staged);
    let again = second.ask(&large).await;
    assert_eq!(again.result("UploadFileChunk"), 2 * staged);
    gateway.stop().await;
}
