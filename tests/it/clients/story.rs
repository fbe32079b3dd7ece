//! What every client program does: it loads the description, is turned away with a wrong password,
//! uploads a document in chunks, and cancels another upload.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::support::gateway::{Gateway, PASSWORD, USER};

/// The size of the document, in bytes: the last chunk is shorter than the others.
const DOCUMENT: u32 = 1 << 20;
/// The size of a chunk, in bytes.
const CHUNK: usize = 200_000;

/// A gateway, a document, and a folder for what a stack's tools generate.
pub struct Story {
    gateway: Gateway,
    folder: TempDir,
    document: Vec<u8>,
}

impl Story {
    pub async fn begin() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // Every byte value occurs, in no order that a chunk would repeat.
        let document: Vec<u8> = (0..DOCUMENT)
            .map(|index| index.wrapping_mul(0x9E37_79B1).to_be_bytes()[0])
            .collect();
        fs::write(folder.path().join("document"), &document).expect("the document");
        Self {
            gateway: Gateway::start().await,
            folder,
            document,
        }
    }

    /// Where generated sources and programs go; it vanishes with the story.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A path in [`folder`](Self::folder).
    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// The address of the description.
    pub fn wsdl(&self) -> String {
        format!("{}?wsdl", self.service())
    }

    /// The address of the service.
    pub fn service(&self) -> String {
        format!("http://{}/dfs.asmx", self.gateway.address)
    }

    /// What a program is told of what it has to do: user, password, document, chunk size.
    pub fn task(&self) -> [String; 4] {
        [
            USER.to_owned(),
            PASSWORD.to_owned(),
            self.path("document"),
            CHUNK.to_string(),
        ]
    }

    /// The address of the description, and the [`task`](Self::task).
    pub fn arguments(&self) -> Vec<String> {
        [self.wsdl()].into_iter().chain(self.task()).collect()
    }

    /// Compares the lines a program printed with what the gateway must have answered, and the bytes
    /// the gateway holds with the document.
    pub async fn check(&self, printed: &str) {
        let session = printed
            .lines()
            .find_map(|line| line.strip_prefix("session "))
            .unwrap_or_else(|| panic!("no session in\n{printed}"))
            .trim_end();
        let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
        assert_eq!(printed, self.expected(session));
        let id = self.gateway.session(session).await;
        let stored = self.gateway.content(id).await;
        assert!(stored == self.document, "other bytes");
    }

    /// Stops the gateway.
    pub async fn stop(self) {
        self.gateway.stop().await;
    }

    /// [`check`](Self::check)s, and stops.
    pub async fn end(self, printed: &str) {
        self.check(printed).await;
        self.stop().await;
    }

    fn expected(&self, session: &str) -> Vec<String> {
        let mut lines = vec![
            "wrong password -1003 no session".to_owned(),
            "start 0".to_owned(),
            format!("session {session}"),
            "missing chunk -1061".to_owned(),
        ];
        let mut total = 0;
        for chunk in self.document.chunks(CHUNK) {
            total += chunk.len();
            lines.push(format!("total {total}"));
        }
        lines.extend(
            [
                "after the last -1062",
                "start 0",
                "cancel 0",
                "cancel again -1062",
            ]
            .map(str::to_owned),
        );
        lines
    }
}
