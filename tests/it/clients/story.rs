//! What every client program does: it is turned away with a wrong password, uploads a document in
//! chunks, and cancels another upload.

use crate::support::gateway::{Gateway, PASSWORD, USER};

use super::program::in_repository;

/// The document, in the repository.
pub const DOCUMENT: &str = "tests/data/sample.pdf";
/// The size of a chunk, in bytes.
pub const CHUNK: usize = 100_000;

/// What a program is started with: address of the description, credentials, document, chunk size.
pub fn arguments(gateway: &Gateway) -> [String; 5] {
    [
        format!("http://{}/dfs.asmx?wsdl", gateway.address),
        USER.to_owned(),
        PASSWORD.to_owned(),
        in_repository(DOCUMENT).display().to_string(),
        CHUNK.to_string(),
    ]
}

/// Compares the lines a program printed with what the gateway must have answered, and the bytes
/// the gateway holds with the document.
pub async fn check(gateway: &Gateway, printed: &str) {
    let document = std::fs::read(in_repository(DOCUMENT)).expect("the document");
    let session = printed
        .lines()
        .find_map(|line| line.strip_prefix("session "))
        .unwrap_or_else(|| panic!("no session in\n{printed}"));
    let mut expected = vec![
        "wrong password -1003 no session".to_owned(),
        "start 0".to_owned(),
        format!("session {session}"),
        "missing chunk -1061".to_owned(),
    ];
    let mut total = 0;
    for chunk in document.chunks(CHUNK) {
        total += chunk.len();
        expected.push(format!("total {total}"));
    }
    expected.extend(
        [
            "after the last -1062",
            "start 0",
            "cancel 0",
            "cancel again -1062",
        ]
        .map(str::to_owned),
    );
    let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
    assert_eq!(printed, expected);
    let id = gateway.session(session).await;
    assert!(gateway.content(id).await == document, "other bytes");
}
