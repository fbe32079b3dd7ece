//! Handing faxes over to what really sends them.
//!
//! A [`Delivery`] is told of each attempt to send a fax, says how it ended, and can take it back.
//! It may be asked the same thing again at any time, because whoever asks may have died before it
//! could write down the answer. Any implementation passes the contract tests in
//! `tests/it/fax/delivery/contract.rs`.

mod facts;
pub mod hylafax;
pub mod ledger;
pub mod spool;
pub(crate) mod texts;
pub mod webhook;

use std::{fmt, sync::Arc, time::Instant};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;

use super::item::{FaxDocument, FaxItem, TransactionId};
use crate::engine::UploadError;

/// One attempt to send a fax. Its number grows only when the outcome of the attempt before is
/// known, so whoever sees the same attempt twice sees the same transmission twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Attempt {
    /// Which fax.
    pub transaction: TransactionId,
    /// Which attempt, from 1.
    pub number: u32,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.transaction, self.number)
    }
}

/// A fax to hand over.
#[derive(Clone)]
pub struct Fax {
    /// The attempt.
    pub attempt: Attempt,
    /// Everything that is known of it.
    pub item: FaxItem,
    /// Its documents, in order.
    pub documents: Vec<FaxDocument>,
    /// Their bytes.
    pub content: Arc<dyn Content>,
    /// Nothing is handed over later than this, whatever is still being done: what is decided about
    /// the fax then must not be overtaken.
    pub until: Instant,
}

/// The bytes of a fax's documents, one after another.
pub trait Content: Send + Sync {
    /// Streams them from the first byte; checksums are compared on the way. After an error the
    /// stream ends.
    fn open(&self) -> BoxStream<'static, Result<Bytes, UploadError>>;
}

/// What a delivery learnt of an attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Pages that arrived.
    pub pages: u32,
    /// Seconds.
    pub duration: u32,
    /// The identification of the machine that answered.
    pub remote_csid: String,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The fax was sent.
    Sent(Report),
    /// It was not.
    Failed {
        /// Above 0; as clients of the original service know them: 6017 is a busy line.
        code: u32,
        /// For people.
        text: String,
        /// Whether another attempt may be made, if the fax has any left.
        may_retry: bool,
        /// What is known all the same.
        report: Report,
    },
    /// The delivery will not take it, whatever is tried, and nobody tried to send it. An operator
    /// has to look at it.
    Refused {
        /// Why, for people.
        text: String,
    },
}

/// The answer to a wish to take an attempt back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// It was not sent and never will be, even if a hand-over of it is still under way somewhere.
    Withdrawn,
    /// It is being sent; its outcome will come.
    TooLate,
    /// It has ended already.
    Ended(Outcome),
}

/// Why a delivery did not do what it was asked. It will be asked again.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// It cannot take anything at present, or nobody knows whether it did.
    #[error("{0}")]
    Unavailable(String),
    /// The documents could not be read.
    #[error("the documents cannot be read: {0}")]
    Content(#[from] UploadError),
}

/// A way for faxes to leave.
#[async_trait]
pub trait Delivery: Send + Sync + 'static {
    /// Its name in the database, in settings and in metrics.
    fn name(&self) -> &'static str;

    /// Whether it wants postponed faxes at once, and lets them wait itself.
    fn holds_postponed(&self) -> bool {
        false
    }

    /// Takes an attempt. Returns when it has it for good, durably: `None`, or at once how it
    /// ended.
    ///
    /// The same attempt again is the same transmission: it is taken once. An attempt that was
    /// withdrawn is not taken; its hand-over may succeed all the same, since its outcome is that
    /// it is withdrawn. May run beside another call for the same attempt.
    async fn hand_over(&self, fax: &Fax) -> Result<Option<Outcome>, DeliveryError>;

    /// Which of these attempts, all of which it has taken, have ended. Asked again and again. One
    /// that was withdrawn has [failed for good](super::outcome::GIVEN_UP): whoever withdrew it may
    /// have died before it could write that down.
    async fn outcomes(
        &self,
        attempts: &[Attempt],
    ) -> Result<Vec<(Attempt, Outcome)>, DeliveryError>;

    /// Takes an attempt back, whether or not it was ever handed over.
    async fn withdraw(&self, attempt: Attempt) -> Result<Withdrawal, DeliveryError>;

    /// Forgets an attempt: it is withdrawn, or its outcome is written down. Forgetting what it
    /// does not know is fine.
    async fn forget(&self, attempt: Attempt) -> Result<(), DeliveryError>;

    /// At most `limit` attempts after `after` of which it still keeps something, in order.
    /// Whoever knows that they are over lets it [`forget`](Self::forget) them.
    async fn kept(
        &self,
        after: Option<Attempt>,
        limit: usize,
    ) -> Result<Vec<Attempt>, DeliveryError>;

    /// Proves that it could take a fax now.
    async fn probe(&self) -> Result<(), DeliveryError>;
}

/// A shared delivery.
pub type SharedDelivery = Arc<dyn Delivery>;
