//! Handing one fax over.

use tokio::time::{Instant, timeout_at};
use tracing::{info, warn};
use uuid::Uuid;

use crate::{
    engine::repository::RepositoryError,
    fax::{
        delivery::{Attempt, DeliveryError, Fax, Outcome, SharedDelivery, Withdrawal},
        item::TransactionState,
        outcome::GIVEN_UP,
        repository::Claimed,
    },
    telemetry::metrics::{self, HandOver},
};

use super::{Outbox, back_off, settle};

/// Why a fax could not be handed over now.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    #[error("it took longer than half of fax.lease")]
    TooLong,
    #[error("its documents are not kept any more")]
    Dropped,
    /// Nothing can be written down; the lease will end.
    #[error(transparent)]
    Database(#[from] RepositoryError),
}

/// Hands a claimed fax over, and writes down how that went.
pub async fn run(
    outbox: &Outbox,
    delivery: &SharedDelivery,
    claimed: &Claimed,
    lease: Uuid,
    claimed_at: Instant,
) {
    let attempt = claimed.attempt;
    // Whoever claims it after the lease may take it back, or see it sent and let it be forgotten:
    // nothing may be handed over any more by then, however slow the database was meanwhile.
    let deadline = claimed_at + outbox.settings.hand_over_within();
    // A little earlier for a delivery that cannot be stopped.
    let until = claimed_at + outbox.settings.hand_over_within() * 3 / 4;
    let handed = timeout_at(deadline, hand_over(outbox, delivery, attempt, until));
    let handed = handed.await.unwrap_or(Err(Trouble::TooLong));
    let written = match handed {
        Ok(None) => handed_over(outbox, delivery, attempt, lease).await,
        Ok(Some(outcome)) => outbox.settle(delivery, attempt, outcome).await.map(drop),
        Err(Trouble::Database(error)) => Err(error),
        Err(trouble) => {
            // What is dropped does not come back.
            let give_up =
                matches!(trouble, Trouble::Dropped) || claimed.age >= outbox.settings.give_up_after;
            metrics::fax_hand_over(delivery.name(), HandOver::Failed);
            let why = trouble.to_string();
            let deadline = claimed_at + outbox.settings.lease * 3 / 4;
            not_handed_over(outbox, delivery, claimed, lease, deadline, give_up, &why).await
        }
    };
    if let Err(error) = written {
        // It is done again when the lease ends, and the delivery recognises it.
        warn!(%attempt, %error, "it could not be written down how handing over a fax went");
    }
}

async fn hand_over(
    outbox: &Outbox,
    delivery: &SharedDelivery,
    attempt: Attempt,
    until: Instant,
) -> Result<Option<Outcome>, Trouble> {
    let repository = &outbox.repository;
    let items = repository.faxes(&[attempt.transaction]).await?;
    let item = items.into_iter().next().ok_or(Trouble::Dropped)?;
    let session = repository.content(item.submission).await?;
    let session = session.ok_or(Trouble::Dropped)?;
    let fax = Fax {
        attempt,
        documents: repository.documents(item.submission).await?,
        content: outbox.documents.of(session),
        item,
        until: until.into_std(),
    };
    Ok(delivery.hand_over(&fax).await?)
}

async fn handed_over(
    outbox: &Outbox,
    delivery: &SharedDelivery,
    attempt: Attempt,
    lease: Uuid,
) -> Result<(), RepositoryError> {
    let within = outbox.settings.outcome_within;
    let written = outbox
        .repository
        .handed_over(attempt, lease, within)
        .await?;
    if let Some(cancel_requested) = written {
        metrics::fax_hand_over(delivery.name(), HandOver::Accepted);
        info!(%attempt, delivery = delivery.name(), "fax handed over");
        if cancel_requested {
            outbox.queued.notify_waiters();
        }
    }
    Ok(())
}

/// Puts the fax back, or gives it up.
async fn not_handed_over(
    outbox: &Outbox,
    delivery: &SharedDelivery,
    claimed: &Claimed,
    lease: Uuid,
    deadline: Instant,
    give_up: bool,
    why: &str,
) -> Result<(), RepositoryError> {
    let attempt = claimed.attempt;
    let repository = &outbox.repository;
    if give_up {
        // The delivery may have it all the same: only it can say that it will never be sent. In
        // time: when somebody else hands it over, it is not to be forgotten beside that.
        match timeout_at(deadline, delivery.withdraw(attempt)).await {
            Ok(Ok(Withdrawal::Withdrawn)) => {
                warn!(%attempt, delivery = delivery.name(), error = why, "fax given up");
                let ended = repository
                    .end(
                        attempt.transaction,
                        Some(attempt.number),
                        &settle::UNDER_WAY,
                        &GIVEN_UP.end(),
                    )
                    .await?;
                if ended {
                    metrics::fax_ended(delivery.name(), TransactionState::Failed);
                }
                settle::forget(delivery, attempt).await;
                return Ok(());
            }
            Ok(Ok(Withdrawal::Ended(outcome))) => {
                return outbox.settle(delivery, attempt, outcome).await.map(drop);
            }
            Ok(Ok(Withdrawal::TooLate)) => {
                return handed_over(outbox, delivery, attempt, lease).await;
            }
            Ok(Err(_)) | Err(_) => {}
        }
    }
    let pause = back_off(claimed.failures);
    warn!(
        %attempt,
        delivery = delivery.name(),
        error = why,
        failures = claimed.failures + 1,
        again_in = ?pause,
        "a fax could not be handed over"
    );
    repository
        .put_back(attempt, lease, pause, why)
        .await
        .map(drop)
}
