//! What the service says of attempts by itself.

use std::{sync::Arc, time::Duration};

use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tracing::warn;

use super::{
    key::attempt_of,
    rows::Rows,
    said::{Said, is_cancelled},
    signature::{Unsigned, is_plausible, verify},
    unix_time,
};
use crate::{
    engine::repository::RepositoryError,
    fax::delivery::{
        Outcome,
        ledger::{Entry, Phase},
    },
    settings::Secret,
};

/// Messages that are read and written down at the same time; further ones are to come later.
const AT_ONCE: usize = 64;

/// Takes what the service says of attempts by itself.
#[derive(Clone)]
pub struct Statuses {
    rows: Rows,
    secret: Secret,
    tolerance: Duration,
    runtime: Handle,
    turns: Arc<Semaphore>,
}

/// What has become of a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is written down, now or before.
    Written,
    /// No attempt has this key, or it ended long ago.
    Unknown,
    /// Something else is written down; nothing has changed.
    Contradiction(&'static str),
}

impl Statuses {
    pub(super) fn new(rows: Rows, secret: Secret, tolerance: Duration) -> Self {
        Self {
            rows,
            secret,
            tolerance,
            runtime: Handle::current(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// A turn for one message, as long as it is kept; none if too many have one.
    pub fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.turns).try_acquire_owned().ok()
    }

    /// Whether this may be a signature of the service's, before there is anything to compare it with.
    ///
    /// # Errors
    /// Why it is none.
    pub fn is_plausible(&self, signature: Option<&[u8]>) -> Result<(), Unsigned> {
        is_plausible(signature, unix_time(), self.tolerance)
    }

    /// Whether the service has signed this.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn verify(&self, signature: Option<&[u8]>, message: &[u8]) -> Result<(), Unsigned> {
        verify(
            &self.secret,
            signature,
            message,
            unix_time(),
            self.tolerance,
        )
    }

    /// Writes down what the service says of the attempt with this key. Goes on if nobody waits for
    /// it any more.
    ///
    /// # Errors
    /// The database's: it may have been written down.
    pub async fn told(&self, key: String, said: Said) -> Result<Told, RepositoryError> {
        let rows = self.rows.clone();
        let writing = self
            .runtime
            .spawn(async move { write(&rows, &key, &said).await });
        writing.await.unwrap_or_else(|error| {
            Err(RepositoryError::OutcomeUnknown(format!(
                "writing a status down has failed: {error}"
            )))
        })
    }
}

async fn write(rows: &Rows, key: &str, said: &Said) -> Result<Told, RepositoryError> {
    let Some(attempt) = attempt_of(key) else {
        return Ok(Told::Unknown);
    };
    // What was never posted has no key, and another gateway's has another one.
    let next = |entry: &Entry| (entry.reference == key).then(|| after(entry, said))?;
    let entry = rows.advance(attempt, next).await?;
    let Some(entry) = entry.filter(|it| it.reference == key) else {
        return Ok(Told::Unknown);
    };
    let told = compare(&entry.phase, said);
    if let (Told::Contradiction(why), Said::Ended(outcome)) = (&told, said) {
        let is_sent = matches!(outcome, Outcome::Sent(_));
        warn!(%attempt, is_sent, why, "a status of the service is not taken");
    }
    Ok(told)
}

/// The row after what was said; none: it stays as it is.
fn after(entry: &Entry, said: &Said) -> Option<Entry> {
    if entry.phase.is_over() {
        return None;
    }
    let mut next = entry.clone();
    match said {
        Said::Accepted { progress } => {
            next.phase = Phase::Taken;
            next.progress.clone_from(progress);
        }
        Said::Ended(outcome) => next.phase = Phase::Ended(outcome.clone()),
    }
    (next != *entry).then_some(next)
}

/// Whether what is written down is what was said.
fn compare(phase: &Phase, said: &Said) -> Told {
    match (phase, said) {
        (Phase::Withdrawn, Said::Ended(outcome)) if is_cancelled(outcome) => Told::Written,
        (Phase::Withdrawn, _) => Told::Contradiction("the fax was withdrawn"),
        // An older message that was overtaken.
        (_, Said::Accepted { .. }) => Told::Written,
        (Phase::Ended(known), Said::Ended(outcome)) if known == outcome => Told::Written,
        (_, Said::Ended(_)) => Told::Contradiction("another end of the fax is written down"),
    }
}
