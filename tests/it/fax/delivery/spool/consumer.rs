//! A consumer as `docs/SPOOL.md` wants it, on any disk; and spools for it.

use std::{fmt::Write, io::ErrorKind, path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use chunkgate::fax::delivery::{
    Attempt, Outcome, SharedDelivery,
    spool::{RealSpoolDisk, Spool, SpoolDisk, SpoolSettings},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::{
    super::contract::{Harness, Received},
    memory_disk::MemoryDisk,
};

/// Where spools lie on the disk in memory.
pub const PATH: &str = "/data/spool";
/// More than any file of the tests has.
const ALL: u64 = 1 << 30;

/// A spool and its consumer.
pub struct Room {
    disk: Arc<dyn SpoolDisk>,
    path: PathBuf,
    _directory: Option<TempDir>,
}

impl Room {
    /// On the machine's file system.
    pub fn real(disk: RealSpoolDisk) -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self {
            disk: Arc::new(disk),
            path: directory.path().join("spool"),
            _directory: Some(directory),
        }
    }

    /// On a disk in memory.
    pub fn in_memory(disk: &MemoryDisk) -> Self {
        Self {
            disk: Arc::new(disk.clone()),
            path: PATH.into(),
            _directory: None,
        }
    }

    /// The directory of an attempt.
    pub fn directory(&self, attempt: Attempt) -> PathBuf {
        let name = format!("{:09}.{}", attempt.transaction.0, attempt.number);
        self.path.join("new").join(name)
    }

    /// Takes an attempt; false if it is not there or somebody else has it.
    pub fn take(&self, attempt: Attempt) -> bool {
        let directory = self.directory(attempt);
        let taken = directory.join("taken");
        match self.disk.create_directory(&taken, 0o770) {
            Ok(()) => true,
            Err(error) => {
                let kinds = [ErrorKind::AlreadyExists, ErrorKind::NotFound];
                assert!(kinds.contains(&error.kind()), "{error}");
                false
            }
        }
    }

    /// What an attempt's directory holds, if it holds a fax. It must be complete then.
    pub fn look(&self, attempt: Attempt) -> Option<(Value, Received)> {
        let directory = self.directory(attempt);
        let read = |name: &str| self.disk.read(&directory.join(name), ALL);
        let text = match read("fax.json") {
            Ok(text) => text.expect("a file"),
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(error) => panic!("{error}"),
        };
        let fax: Value = serde_json::from_slice(&text).expect("fax.json is complete");
        let documents = fax["documents"].as_array().unwrap().iter().map(|document| {
            let bytes = read(document["file"].as_str().unwrap());
            let bytes = bytes.expect("no document is missing").expect("a file");
            assert_eq!(document["size"], bytes.len(), "a document was cut");
            let digest = Sha256::digest(&bytes);
            let digest = digest.iter().fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            });
            assert_eq!(document["sha256"], digest, "a document was damaged");
            Bytes::from(bytes)
        });
        let received = Received {
            recipient: fax["recipient"].as_str().unwrap().to_owned(),
            documents: documents.collect(),
        };
        Some((fax, received))
    }

    /// Writes a status, and syncs nothing.
    pub fn say(&self, attempt: Attempt, text: &[u8]) {
        let path = self.directory(attempt).join("status");
        let mut file = self.disk.create(&path, 0o600).unwrap();
        file.write(text).unwrap();
    }

    /// Opens the spool.
    pub fn spool(&self) -> Spool {
        Spool::open_on(Arc::clone(&self.disk), &self.settings()).unwrap()
    }

    /// Settings with which leftovers are removed at once.
    pub fn settings(&self) -> SpoolSettings {
        SpoolSettings {
            sweep_after: Duration::ZERO,
            ..SpoolSettings::new(&self.path)
        }
    }
}

#[async_trait]
impl Harness for Room {
    async fn open(&self) -> SharedDelivery {
        Arc::new(self.spool())
    }

    async fn begin(&self, attempt: Attempt) -> Option<Received> {
        // Only what was withdrawn before it was handed over can be taken and is no fax.
        self.take(attempt)
            .then(|| self.look(attempt).expect("a fax was there to take").1)
    }

    async fn end(&self, attempt: Attempt, outcome: &Outcome) {
        let (mut text, report, last) = match outcome {
            Outcome::Sent(report) => ("done\n".to_owned(), report, ""),
            Outcome::Failed {
                code,
                text,
                may_retry,
                report,
            } => {
                let last = if *may_retry { "" } else { "final\n" };
                (format!("failed {code} {text}\n"), report, last)
            }
            Outcome::Refused { .. } => unreachable!("a consumer fails or sends"),
        };
        let (pages, duration) = (report.pages, report.duration);
        let _ = write!(text, "pages {pages}\nduration {duration}\n");
        let _ = write!(text, "remote-csid {}\n{last}", report.remote_csid);
        self.say(attempt, text.as_bytes());
    }
}
