//! Recording orders, whatever becomes of the connection to the database meanwhile.

use std::{
    slice::from_ref,
    time::{Duration, Instant},
};

use tokio::time::sleep;
use uuid::Uuid;

use crate::engine::{account::AccountId, repository::RepositoryError, session::SessionId};

use super::{Faxes, repository::Recorded};

/// How long it is tried to find out what became of a statement whose connection broke.
const RESOLVE_WITHIN: Duration = Duration::from_secs(3);
/// The pause between two attempts to do so.
const RESOLVE_PAUSE: Duration = Duration::from_millis(100);

/// A statement that records an order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recording {
    /// Under which it is recorded, once only.
    pub token: Uuid,
    /// Its documents, if they came with it.
    pub deposited: Option<SessionId>,
    /// Whether it may have been recorded when it came before.
    pub in_doubt: bool,
}

impl Faxes {
    /// How an order with this fingerprint is to be recorded.
    pub(super) fn recording(&self, fingerprint: &[u8; 32]) -> Recording {
        match self.shared.doubtful.get(fingerprint) {
            Some(recording) => Recording {
                in_doubt: true,
                ..recording
            },
            None => Recording {
                token: Uuid::new_v4(),
                deposited: None,
                in_doubt: false,
            },
        }
    }

    /// Records an order. If the connection to the database breaks meanwhile, the statement is sent
    /// again: it has an effect once only, so it was either the first one or the second. `None`: it
    /// cannot be recorded.
    ///
    /// # Errors
    /// The database's. If it is in doubt then whether the order is recorded, the same one finds
    /// out when it comes again.
    pub(super) async fn record<S>(
        &self,
        account: AccountId,
        fingerprint: [u8; 32],
        recording: Recording,
        statement: impl Fn() -> S,
    ) -> Result<Option<Recorded>, RepositoryError>
    where
        S: Future<Output = Result<Option<Recorded>, RepositoryError>>,
    {
        let doubtful = &self.shared.doubtful;
        let deadline = Instant::now() + RESOLVE_WITHIN;
        let mut in_doubt = recording.in_doubt;
        loop {
            let tried = match statement().await {
                Ok(None) if in_doubt => self.found(account, &fingerprint, recording.token).await,
                tried => tried,
            };
            let error = match tried {
                Ok(recorded) => {
                    if in_doubt {
                        doubtful.invalidate(&fingerprint);
                    }
                    return Ok(recorded);
                }
                Err(error) => error,
            };
            in_doubt |= matches!(error, RepositoryError::OutcomeUnknown(_));
            if !in_doubt {
                return Err(error);
            }
            if Instant::now() >= deadline {
                doubtful.insert(fingerprint, recording);
                return Err(error);
            }
            sleep(RESOLVE_PAUSE).await;
        }
    }

    /// The order that was recorded under this token.
    async fn found(
        &self,
        account: AccountId,
        fingerprint: &[u8; 32],
        token: Uuid,
    ) -> Result<Option<Recorded>, RepositoryError> {
        let repository = &self.shared.repository;
        let earlier = repository.earlier(account, from_ref(fingerprint), None);
        let earlier = earlier.await?.filter(|earlier| earlier.token == token);
        Ok(earlier.map(|earlier| earlier.recorded))
    }
}
