//! A server, the rows beside it, and a hand that does what a modem would.

use std::{
    collections::HashSet,
    fs,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use chunkgate::fax::delivery::{
    Attempt, Outcome, Report, SharedDelivery, hylafax::Hylafax, ledger::Entry,
};

use super::{
    super::{
        contract::{Harness, Received},
        rows::Rows,
    },
    server::{QueueFile, Server},
};

/// A server without a modem, and rows.
pub struct Desk {
    pub server: Server,
    pub rows: Rows,
    begun: Mutex<HashSet<Attempt>>,
}

impl Desk {
    pub async fn new() -> Self {
        Self::at(Server::start().await).await
    }

    pub async fn at(server: Server) -> Self {
        Self {
            server,
            rows: Rows::new().await,
            begun: Mutex::default(),
        }
    }

    /// The delivery.
    pub fn hylafax(&self) -> Hylafax {
        self.server.delivery(&self.rows.ledger)
    }

    /// What is known of an attempt.
    pub async fn entry(&self, attempt: Attempt) -> Option<Entry> {
        let entries = self.rows.ledger.entries("hylafax", &[attempt]).await;
        entries.expect("an answer").into_iter().next()
    }

    /// The one job of an attempt.
    pub fn job(&self, attempt: Attempt) -> QueueFile {
        let mut jobs = self.server.jobs(attempt);
        assert_eq!(jobs.len(), 1, "{jobs:?}");
        jobs.remove(0)
    }

    /// The documents of a job.
    pub fn documents(&self, job: &QueueFile) -> Vec<Bytes> {
        let read = |(_, path): &(String, String)| fs::read(self.server.spool.join(path));
        let documents = job.documents.iter().map(read);
        documents.map(|it| it.expect("a document").into()).collect()
    }

    /// A job ends, as faxq and the program that sends would write it down.
    pub fn finish(&self, job: &QueueFile, outcome: &Outcome) {
        let (state, code, text, report) = match outcome {
            Outcome::Sent(report) => (7, 0, "", report.clone()),
            Outcome::Failed {
                code, text, report, ..
            } => (
                8,
                if *code == 6017 { 1 } else { *code },
                text.as_str(),
                report.clone(),
            ),
            Outcome::Refused { .. } => unreachable!("nobody refuses a job here"),
        };
        let id = job.get("jobid");
        let communication = format!("{:09}", id.parse::<u32>().expect("a number"));
        let fields = [
            ("state", state.to_string()),
            ("status", text.to_owned()),
            ("statuscode", code.to_string()),
            ("npages", report.pages.to_string()),
            ("commid", communication.clone()),
        ];
        let lines = fs::read_to_string(&job.path).expect("a description");
        let lines = lines.lines().map(|line| {
            let set = fields
                .iter()
                .find(|(name, _)| line.starts_with(&format!("{name}:")));
            set.map_or_else(
                || line.to_owned(),
                |(name, value)| format!("{name}:{value}"),
            )
        });
        let lines: Vec<String> = lines.collect();
        if report != Report::default() {
            let log = format!(
                "Nov 25 23:59:50.14: [ 9119]: SESSION BEGIN 000000042 4930123456\n\
                 Nov 26 00:00:02.52: [ 9119]: REMOTE CSI \"{}\"\n\
                 Nov 26 00:00:45.61: [ 9119]: SESSION END\n",
                report.remote_csid
            );
            assert_eq!(report.duration, 55);
            let path = self.server.spool.join(format!("log/c{communication}"));
            fs::write(path, log).expect("a log");
        }
        let done = self.server.spool.join(format!("doneq/q{id}"));
        fs::write(&job.path, lines.join("\n") + "\n").expect("a description");
        fs::rename(&job.path, done).expect("it moves");
    }
}

#[async_trait]
impl Harness for Desk {
    async fn open(&self) -> SharedDelivery {
        Arc::new(self.hylafax())
    }

    async fn begin(&self, attempt: Attempt) -> Option<Received> {
        let mut jobs = self.server.jobs(attempt);
        jobs.retain(|job| job.path.parent().is_some_and(|it| it.ends_with("sendq")));
        jobs.retain(|job| !job.is_suspended());
        assert!(jobs.len() <= 1, "more than one job: {jobs:?}");
        let job = jobs.pop()?;
        let is_first = self.begun.lock().expect("no panic").insert(attempt);
        is_first.then(|| Received {
            recipient: job.get("external").to_owned(),
            documents: self.documents(&job),
        })
    }

    async fn end(&self, attempt: Attempt, outcome: &Outcome) {
        self.finish(&self.job(attempt), outcome);
    }

    fn takes_nothing(&self) -> bool {
        false
    }

    fn told(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Failed {
                code, text, report, ..
            } => Outcome::Failed {
                code,
                text,
                // It has dialled as often as the fax asks for.
                may_retry: false,
                report,
            },
            other => other,
        }
    }

    fn interrupts(&self) -> bool {
        true
    }
}
