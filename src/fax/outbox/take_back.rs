//! Taking one fax back from its delivery.

use std::time::Duration;

use tokio::time::timeout;
use tracing::{info, warn};
use uuid::Uuid;

use crate::{
    engine::repository::RepositoryError,
    fax::{
        delivery::{SharedDelivery, Withdrawal},
        item::TransactionState,
        outcome::CANCELLED,
        repository::Claimed,
    },
    telemetry::metrics::{self, HandOver},
};

use super::{Outbox, back_off, settle};

/// The longest pause before it is tried again: somebody waits for it.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Takes a claimed fax back, and writes down how that went.
pub async fn run(outbox: &Outbox, delivery: &SharedDelivery, claimed: &Claimed, lease: Uuid) {
    let attempt = claimed.attempt;
    if let Err(error) = take_back(outbox, delivery, claimed, lease).await {
        // It is done again when the lease ends.
        warn!(%attempt, %error, "it could not be written down how taking back a fax went");
    }
}

async fn take_back(
    outbox: &Outbox,
    delivery: &SharedDelivery,
    claimed: &Claimed,
    lease: Uuid,
) -> Result<(), RepositoryError> {
    let attempt = claimed.attempt;
    let repository = &outbox.repository;
    let within = outbox.settings.hand_over_within();
    let why = match timeout(within, delivery.withdraw(attempt)).await {
        Ok(Ok(Withdrawal::Withdrawn)) => {
            let ended = repository
                .end(
                    attempt.transaction,
                    Some(attempt.number),
                    &settle::UNDER_WAY,
                    &CANCELLED.end(),
                )
                .await?;
            if ended {
                metrics::fax_hand_over(delivery.name(), HandOver::Withdrawn);
                metrics::fax_ended(delivery.name(), TransactionState::Cancelled);
                info!(%attempt, delivery = delivery.name(), "fax cancelled");
            }
            // Also if it had ended before: what was in the way of late hand-overs is in the way of
            // nothing now.
            settle::forget(delivery, attempt).await;
            return Ok(());
        }
        Ok(Ok(Withdrawal::TooLate)) => {
            info!(%attempt, delivery = delivery.name(), "too late to cancel a fax");
            let within = outbox.settings.outcome_within;
            return repository
                .refuse_cancellation(attempt, within)
                .await
                .map(drop);
        }
        Ok(Ok(Withdrawal::Ended(outcome))) => {
            return outbox.settle(delivery, attempt, outcome).await.map(drop);
        }
        Ok(Err(error)) => error.to_string(),
        Err(_elapsed) => "it took longer than half of fax.lease".to_owned(),
    };
    warn!(%attempt, delivery = delivery.name(), error = why, "a fax could not be taken back");
    let pause = back_off(claimed.failures).min(LONGEST_PAUSE);
    repository
        .put_back(attempt, lease, pause, &why)
        .await
        .map(drop)
}
