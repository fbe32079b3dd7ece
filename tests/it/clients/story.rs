//! What every client program does: it loads the description, is turned away with a wrong password,
//! uploads a document in chunks, and cancels another upload.

use std::{fs, ops::Deref};

use super::stage::Stage;
use crate::support::gateway::{Gateway, PASSWORD, USER};

/// The size of the document, in bytes: the last chunk is shorter than the others.
const DOCUMENT: u32 = 1 << 20;
/// The size of a chunk, in bytes.
const CHUNK: usize = 200_000;

/// A stage and a document.
pub struct Story {
    stage: Stage,
    document: Vec<u8>,
}

impl Deref for Story {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.stage
    }
}

impl Story {
    pub async fn begin() -> Self {
        let stage = Stage::of(Gateway::start().await);
        // Every byte value occurs, in no order that a chunk would repeat.
        let document: Vec<u8> = (0..DOCUMENT)
            .map(|index| index.wrapping_mul(0x9E37_79B1).to_be_bytes()[0])
            .collect();
        fs::write(stage.path("document"), &document).expect("the document");
        Self { stage, document }
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
        self.stage.gateway.stop().await;
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
