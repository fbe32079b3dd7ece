//! Asks deliveries for outcomes, and lets them forget what is over.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{
    engine::repository::RepositoryError,
    fax::{
        delivery::{Attempt, DeliveryError, SharedDelivery, Withdrawal},
        item::{TransactionId, TransactionState},
        outcome::NO_OUTCOME,
    },
    telemetry::metrics,
};

use super::{Outbox, settle};

/// Attempts asked for at a time.
const PAGE: u32 = 500;
/// Faxes given up at a time.
const AT_ONCE: u32 = 16;
/// How often what deliveries still keep is looked at.
const SWEEP_EVERY: Duration = Duration::from_mins(1);

/// How long taking back a fax may take that nobody has heard of for too long.
const TAKEN_BACK_WITHIN: Duration = Duration::from_secs(10);

/// How long a delivery may take to say how a page of attempts ended. What it learns it has written
/// down, and says when it is asked again.
const OUTCOMES_WITHIN: Duration = Duration::from_mins(5);

/// Why a look did not come to its end.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Database(#[from] RepositoryError),
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    #[error("the delivery did not say within {OUTCOMES_WITHIN:?} how faxes ended")]
    TooLong,
}

/// Works for one delivery, until `stop` is cancelled.
pub async fn run(outbox: Outbox, delivery: SharedDelivery, stop: CancellationToken) {
    let mut ticks = interval(outbox.settings.poll_interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut swept: Option<Instant> = None;
    let mut is_failing = false;
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let sweep = swept.is_none_or(|when| when.elapsed() >= SWEEP_EVERY);
        if sweep {
            swept = Some(Instant::now());
        }
        let looked = look(&outbox, &delivery, sweep, &stop).await;
        let was_failing = std::mem::replace(&mut is_failing, looked.is_err());
        // Once, and not at every look.
        if let Err(error) = looked
            && !was_failing
        {
            warn!(delivery = delivery.name(), %error, "outcomes of faxes cannot be collected; tried again");
        }
    }
}

async fn look(
    outbox: &Outbox,
    delivery: &SharedDelivery,
    sweep: bool,
    stop: &CancellationToken,
) -> Result<(), Trouble> {
    // Each for itself: what nobody hears of must be given up all the same.
    let collected = collect(outbox, delivery, stop).await;
    let given_up = give_up_overdue(outbox, delivery).await;
    let forgotten = if sweep {
        forget_what_is_over(outbox, delivery, stop).await
    } else {
        Ok(())
    };
    collected.and(given_up).and(forgotten)
}

async fn collect(
    outbox: &Outbox,
    delivery: &SharedDelivery,
    stop: &CancellationToken,
) -> Result<(), Trouble> {
    let mut after = TransactionId(0);
    while !stop.is_cancelled() {
        let page = outbox
            .repository
            .with_delivery(delivery.name(), after, PAGE)
            .await?;
        let Some(last) = page.last() else { break };
        after = last.transaction;
        let outcomes = timeout(OUTCOMES_WITHIN, delivery.outcomes(&page)).await;
        for (attempt, outcome) in outcomes.map_err(|_elapsed| Trouble::TooLong)?? {
            outbox.settle(delivery, attempt, outcome).await?;
        }
    }
    Ok(())
}

/// Ends the faxes whose outcome has been waited for long enough, a few at a time.
async fn give_up_overdue(outbox: &Outbox, delivery: &SharedDelivery) -> Result<(), Trouble> {
    let overdue = outbox.repository.overdue(delivery.name(), AT_ONCE).await?;
    let given_up = overdue
        .into_iter()
        .map(|attempt| give_up(outbox, delivery, attempt));
    join_all(given_up).await.into_iter().collect()
}

async fn give_up(
    outbox: &Outbox,
    delivery: &SharedDelivery,
    attempt: Attempt,
) -> Result<(), Trouble> {
    // It must not be sent after that. Whoever is sending it, or does not answer, has had his time.
    let taken_back = timeout(TAKEN_BACK_WITHIN, delivery.withdraw(attempt)).await;
    if let Ok(Ok(Withdrawal::Ended(outcome))) = taken_back {
        outbox.settle(delivery, attempt, outcome).await?;
        return Ok(());
    }
    let ended = outbox
        .repository
        .end(
            attempt.transaction,
            Some(attempt.number),
            &[TransactionState::HandedOver],
            &NO_OUTCOME.end(),
        )
        .await?;
    if ended {
        metrics::fax_ended(delivery.name(), TransactionState::Failed);
        warn!(%attempt, delivery = delivery.name(), "no outcome of a fax within fax.outcome_within");
        settle::forget(delivery, attempt).await;
    }
    Ok(())
}

/// A process may have died between writing an outcome down and letting the delivery forget it.
async fn forget_what_is_over(
    outbox: &Outbox,
    delivery: &SharedDelivery,
    stop: &CancellationToken,
) -> Result<(), Trouble> {
    let mut after = None;
    while !stop.is_cancelled() {
        let kept = delivery.kept(after, PAGE as usize).await?;
        let Some(last) = kept.last() else { break };
        after = Some(*last);
        let under_way = outbox.repository.under_way(&kept).await?;
        for attempt in over(&kept, &under_way) {
            settle::forget(delivery, attempt).await;
        }
    }
    Ok(())
}

fn over(kept: &[Attempt], under_way: &[Attempt]) -> Vec<Attempt> {
    // Also an attempt beyond the present one is not over: the database may be an older copy.
    let is_over = |kept: &&Attempt| {
        let same = |attempt: &Attempt| {
            attempt.transaction == kept.transaction && attempt.number <= kept.number
        };
        !under_way.iter().any(same)
    };
    kept.iter().filter(is_over).copied().collect()
}
