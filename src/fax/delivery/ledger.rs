//! What a delivery that sends over a network knows of its attempts.
//!
//! The other side may be away, slow or restarted, and so may this one: what is decided about an
//! attempt stands in a row of the database, and every change names the version of the row on which
//! it is based. Whoever comes second finds that and looks again.
//!
//! ```text
//! offered --> submitting --> taken --> ended
//!    |            |            |
//!    +------------+------------+-----> withdrawn
//! ```
//!
//! An attempt that the outbox is done with cannot be offered any more, so a hand-over that comes
//! late finds nothing to begin with, and one that has begun finds its row changed or gone before it
//! can submit.

use std::time::Duration;

use async_trait::async_trait;

use super::{Attempt, DeliveryError, Outcome};
use crate::{engine::repository::RepositoryError, fax::outcome::GIVEN_UP};

/// How far an attempt has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing was sent that has an effect.
    Offered,
    /// That may have been sent.
    Submitting,
    /// The other side has it.
    Taken,
    /// It was not sent and never will be.
    Withdrawn,
    /// It was sent, or not.
    Ended(Outcome),
}

impl Phase {
    /// Whether it has ended, one way or the other.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Offered | Self::Submitting | Self::Taken => false,
            Self::Withdrawn | Self::Ended(_) => true,
        }
    }

    /// Whether it need not be handed over any more.
    pub fn is_settled(&self) -> bool {
        *self == Self::Taken || self.is_over()
    }

    /// How it ended, if it has. One that was withdrawn has failed for good: whoever withdrew it may
    /// have died before it could write that down.
    pub fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Offered | Self::Submitting | Self::Taken => None,
            Self::Withdrawn => Some(GIVEN_UP.outcome()),
            Self::Ended(outcome) => Some(outcome.clone()),
        }
    }
}

/// What is known of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub attempt: Attempt,
    /// Grows with every change.
    pub version: i64,
    /// How far it has come.
    pub phase: Phase,
    /// How long it has been in that phase, by the database's clock; the greatest there is if that
    /// was set back meanwhile, so that nobody knows.
    pub age: Duration,
    /// The other side's name for it; empty: it has none yet.
    pub reference: String,
    /// Which other side.
    pub place: String,
    /// What the other side last said of it, for people.
    pub progress: String,
}

/// The rows of all deliveries; every method is one statement.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// What is known of an attempt, which begins now if it is new. `None` if the outbox is done
    /// with it, or somebody else begins at this moment.
    async fn offer(
        &self,
        delivery: &'static str,
        attempt: Attempt,
    ) -> Result<Option<Entry>, RepositoryError>;

    /// What is known of an attempt, which is withdrawn now if it is new. `None` if somebody else
    /// begins with it at this moment.
    async fn withdraw(
        &self,
        delivery: &'static str,
        attempt: Attempt,
    ) -> Result<Option<Entry>, RepositoryError>;

    /// Puts `entry` in the place of the one of its version; `None` if that was changed or
    /// forgotten meanwhile.
    async fn change(
        &self,
        delivery: &'static str,
        entry: &Entry,
    ) -> Result<Option<Entry>, RepositoryError>;

    /// What is known of these attempts, in order; those that are unknown are left out.
    async fn entries(
        &self,
        delivery: &str,
        attempts: &[Attempt],
    ) -> Result<Vec<Entry>, RepositoryError>;

    /// What is known of one attempt.
    async fn find(
        &self,
        delivery: &str,
        attempt: Attempt,
    ) -> Result<Option<Entry>, RepositoryError> {
        let entries = self.entries(delivery, &[attempt]).await?;
        Ok(entries.into_iter().next())
    }

    /// Forgets an attempt.
    async fn forget(&self, delivery: &'static str, attempt: Attempt)
    -> Result<(), RepositoryError>;

    /// At most `limit` attempts after `after` of which something is known, in order.
    async fn kept(
        &self,
        delivery: &'static str,
        after: Option<Attempt>,
        limit: usize,
    ) -> Result<Vec<Attempt>, RepositoryError>;
}

impl From<RepositoryError> for DeliveryError {
    fn from(error: RepositoryError) -> Self {
        Self::Unavailable(format!(
            "what is known of the fax cannot be looked up or written down: {error}"
        ))
    }
}
