//! What follows from the outcome of an attempt.

use tracing::{info, warn};

use crate::{
    engine::repository::RepositoryError,
    fax::{
        delivery::{Attempt, Outcome, SharedDelivery},
        item::{FaxItem, TransactionId, TransactionState},
        outcome::{CANCELLED, NO_OUTCOME},
        repository::{End, FaxRepository},
    },
    telemetry::metrics,
};

use super::{Outbox, pauses::jittered};

/// The phases in which an attempt may be when its delivery says that it is over.
pub(super) const UNDER_WAY: [TransactionState; 3] = [
    TransactionState::Waiting,
    TransactionState::Delivering,
    TransactionState::HandedOver,
];

/// What an outcome has led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The transaction is over.
    Over(TransactionState),
    /// Another attempt follows.
    Retried,
    /// The attempt was over already.
    Known,
}

impl Outbox {
    /// Writes down how an attempt ended, and lets its delivery forget it.
    ///
    /// # Errors
    /// The database's; the delivery then still knows the outcome.
    pub(super) async fn settle(
        &self,
        delivery: &SharedDelivery,
        attempt: Attempt,
        outcome: Outcome,
    ) -> Result<Settled, RepositoryError> {
        let pause = jittered(self.settings.retry_pause);
        let settled = settle(&*self.repository, attempt, outcome, pause).await?;
        match settled {
            Settled::Over(state) => {
                metrics::fax_ended(delivery.name(), state);
                info!(%attempt, delivery = delivery.name(), %state, "fax ended");
            }
            Settled::Retried => {
                info!(%attempt, delivery = delivery.name(), again_in = ?pause, "an attempt has failed");
            }
            Settled::Known => {}
        }
        forget(delivery, attempt).await;
        Ok(settled)
    }
}

/// Writes down how an attempt ended: another one follows if it failed and may be repeated, unless
/// somebody wants the fax cancelled.
///
/// The delivery knows best, so this holds in whatever phase the attempt is: a take-back that failed
/// has made it wait, although it is being sent.
///
/// # Errors
/// The database's.
pub async fn settle(
    repository: &dyn FaxRepository,
    attempt: Attempt,
    outcome: Outcome,
    pause: std::time::Duration,
) -> Result<Settled, RepositoryError> {
    let mut end = End::from(outcome.clone());
    if let Outcome::Failed {
        text, may_retry, ..
    } = &outcome
    {
        let Some(mut item) = find(repository, attempt.transaction).await? else {
            return Ok(Settled::Known);
        };
        if *may_retry && attempt.number <= item.options.retries {
            if repository.retry(attempt, pause, text).await? {
                return Ok(Settled::Retried);
            }
            // Perhaps because somebody wants it cancelled since.
            let Some(now) = find(repository, attempt.transaction).await? else {
                return Ok(Settled::Known);
            };
            item = now;
        }
        let wants_cancelled = item.queue.is_some_and(|it| it.cancel_requested);
        if wants_cancelled && end.code != NO_OUTCOME.code {
            // It was not sent, and nobody wants it to be.
            end = End {
                report: end.report,
                ..CANCELLED.end()
            };
        }
    }
    let ended = repository
        .end(attempt.transaction, Some(attempt.number), &UNDER_WAY, &end)
        .await?;
    Ok(if ended {
        Settled::Over(end.state)
    } else {
        Settled::Known
    })
}

async fn find(
    repository: &dyn FaxRepository,
    id: TransactionId,
) -> Result<Option<FaxItem>, RepositoryError> {
    Ok(repository.faxes(&[id]).await?.into_iter().next())
}

/// Lets a delivery forget an attempt. What is left is looked for later.
pub async fn forget(delivery: &SharedDelivery, attempt: Attempt) {
    if let Err(error) = delivery.forget(attempt).await {
        warn!(%attempt, delivery = delivery.name(), %error, "a delivery keeps a fax that is over");
    }
}
