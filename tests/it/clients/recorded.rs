//! What the stacks put on the wire, replayed byte by byte, so that it is tested where a program is
//! missing, too, and when a newer version of a stack writes something else.
//!
//! A file is all that a program sent: the story of a document of 60 bytes in one chunk, its
//! requests one after another as they were, `Host` included. Only the user's name was replaced by
//! one of the same length, and each `SessionID`, by 64 times a digit that counts it.

use std::{collections::BTreeMap, fs, path::PathBuf};

use base64_simd::STANDARD;

use crate::support::{gateway::Gateway, soap::Answer, wire::Wire};

use super::program::in_repository;

const DOCUMENT: &str =
    "JpJTbuGUQCvyrHrFbyRUeB1WDpfXNvdF/5eDEzWy7QkWLqPIryb8qKLaDvQ16UFDaUAJD6dEvnanbrfy";

/// The operations of the story, and their results.
const STORY: [(&str, i64); 8] = [
    ("StartFileUpload", -1003),
    ("StartFileUpload", 0),
    ("UploadFileChunk", -1061),
    ("UploadFileChunk", 60),
    ("UploadFileChunk", -1062),
    ("StartFileUpload", 0),
    ("CancelFileUpload", 0),
    ("CancelFileUpload", -1062),
];

/// Head and body of each request in a recording.
fn requests(mut recording: &str) -> Vec<(&str, &str)> {
    let mut requests = Vec::new();
    while !recording.is_empty() {
        let (head, rest) = recording.split_once("\r\n\r\n").expect("a head");
        let length = head
            .lines()
            .find_map(|line| {
                let line = line.to_ascii_lowercase();
                line.strip_prefix("content-length: ")?.parse().ok()
            })
            .expect("a length");
        let (body, rest) = rest.split_at(length);
        requests.push((head, body));
        recording = rest;
    }
    requests
}

async fn send(gateway: &Gateway, head: &str, body: &str) -> Answer {
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(format!("{head}\r\n\r\n").as_bytes()).await;
    if head.contains("Expect: 100-continue") {
        wire.expect("HTTP/1.1 100 Continue\r\n\r\n").await;
    }
    wire.send(body.as_bytes()).await;
    wire.answer().await
}

async fn replay(gateway: &Gateway, stack: &str, recording: &str) {
    let requests = requests(recording);
    assert_eq!(requests.len(), STORY.len(), "{stack}");
    let mut sessions: Vec<String> = Vec::new();
    for ((head, body), (operation, result)) in requests.into_iter().zip(STORY) {
        let mut body = body.to_owned();
        for (index, session) in sessions.iter().enumerate() {
            body = body.replace(&(index + 1).to_string().repeat(64), session);
        }
        let answer = send(gateway, head, &body).await;
        assert_eq!(answer.status, 200, "{stack}: {head}");
        assert_eq!(answer.result(operation), result, "{stack}: {head}");
        if operation == "StartFileUpload" && result == 0 {
            sessions.push(answer.text("SessionID").expect("a session").to_owned());
        }
    }
    let session = gateway.session(&sessions[0]).await;
    let document = STANDARD.decode_to_vec(DOCUMENT).expect("base64");
    assert!(gateway.content(session).await == document, "{stack}");
}

#[tokio::test]
async fn every_recorded_stack_uploads() {
    let folder = in_repository("tests/it/clients/recorded");
    let recordings: BTreeMap<PathBuf, String> = fs::read_dir(folder)
        .expect("the recordings")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| {
            let recording = fs::read_to_string(&path).expect("a recording");
            (path, recording)
        })
        .collect();
    assert!(!recordings.is_empty());
    // Each recording begins with a wrong password, and each password is to be looked at.
    let gateway = Gateway::with(|settings| settings.accounts.failures = 1000).await;
    for (path, recording) in &recordings {
        replay(&gateway, &path.display().to_string(), recording).await;
    }
    gateway.stop().await;
}
