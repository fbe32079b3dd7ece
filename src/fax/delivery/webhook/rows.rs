//! The rows of this delivery.

use std::sync::Arc;

use super::NAME;
use crate::{
    engine::repository::RepositoryError,
    fax::delivery::{
        Attempt,
        ledger::{Entry, Ledger},
    },
};

/// How often a row is looked at that others change at the same time.
const LOOKS: usize = 8;

/// The rows of this delivery.
#[derive(Clone)]
pub(super) struct Rows(pub Arc<dyn Ledger>);

impl Rows {
    /// What is known of an attempt.
    pub async fn find(&self, attempt: Attempt) -> Result<Option<Entry>, RepositoryError> {
        self.0.find(NAME, attempt).await
    }

    /// What is known of an attempt, which begins now if it is new. None: the outbox is done with it.
    pub async fn offer(&self, attempt: Attempt) -> Result<Option<Entry>, RepositoryError> {
        match self.0.offer(NAME, attempt).await? {
            Some(entry) => Ok(Some(entry)),
            // Somebody else may have begun at that moment.
            None => self.find(attempt).await,
        }
    }

    /// What is known of an attempt, which is withdrawn now if it is new.
    pub async fn withdraw(&self, attempt: Attempt) -> Result<Entry, RepositoryError> {
        for _ in 0..LOOKS {
            if let Some(entry) = self.0.withdraw(NAME, attempt).await? {
                return Ok(entry);
            }
        }
        Err(busy(attempt))
    }

    /// Puts in the place of an attempt's row what `next` makes of it, whoever else changes it
    /// meanwhile; the row stays as it is if that is nothing. Returns the row that is there then,
    /// and none if there is none.
    pub async fn advance(
        &self,
        attempt: Attempt,
        mut next: impl FnMut(&Entry) -> Option<Entry> + Send,
    ) -> Result<Option<Entry>, RepositoryError> {
        for _ in 0..LOOKS {
            let Some(entry) = self.find(attempt).await? else {
                return Ok(None);
            };
            let Some(next) = next(&entry) else {
                return Ok(Some(entry));
            };
            if let Some(changed) = self.0.change(NAME, &next).await? {
                return Ok(Some(changed));
            }
        }
        Err(busy(attempt))
    }

    /// Changes a row that nobody else has changed since.
    pub async fn change(&self, entry: &Entry) -> Result<Option<Entry>, RepositoryError> {
        self.0.change(NAME, entry).await
    }
}

fn busy(attempt: Attempt) -> RepositoryError {
    RepositoryError::Unavailable(format!(
        "what is known of {attempt} is changed by others all the time"
    ))
}
