//! What faxes are told by the gateway's settings.

use std::{path::PathBuf, time::Duration};

/// Limits and times of faxes.
#[derive(Clone, Debug)]
pub struct FaxSettings {
    /// The delivery of accounts that have none of their own.
    pub delivery: String,
    /// Types of documents that are taken, in upper case.
    pub file_types: Vec<String>,
    /// Documents of a submission.
    pub max_documents: usize,
    /// Recipients of a submission.
    pub max_recipients: usize,
    /// How often a fax is sent again after it failed, if its client does not say.
    pub retries: u32,
    /// How often at most, whatever its client says.
    pub max_retries: u32,
    /// For how long an equal submission may be the same one again.
    pub repeat_within: Duration,
    /// How often an account may ask for the status of its faxes; 0 = as it likes.
    pub status_polls_per_minute: u32,
    /// What all accounts together may ask at once of their faxes.
    pub queries: usize,
    /// How long such a query waits for its turn.
    pub query_wait: Duration,
    /// Where images are made.
    pub image_directory: PathBuf,
    /// How the outbox works.
    pub outbox: OutboxSettings,
}

/// How the outbox works.
#[derive(Clone, Copy, Debug)]
pub struct OutboxSettings {
    /// Faxes handed over to each delivery side by side.
    pub workers: usize,
    /// How often deliveries are asked for outcomes, and the outbox for what others have put there.
    pub poll_interval: Duration,
    /// How long a worker has a fax to itself.
    pub lease: Duration,
    /// The pause before a fax that failed is sent again.
    pub retry_pause: Duration,
    /// For how long a fax that no delivery takes is tried again.
    pub give_up_after: Duration,
    /// For how long an outcome is waited for.
    pub outcome_within: Duration,
}

impl OutboxSettings {
    /// How long one hand-over may take: well within the lease, so that its outcome can still be
    /// written down under it.
    pub fn hand_over_within(&self) -> Duration {
        self.lease / 2
    }
}
