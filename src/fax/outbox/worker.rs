//! Claims what is due for one delivery.

use std::{pin::pin, sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};
use uuid::Uuid;

use crate::fax::{delivery::SharedDelivery, repository::Claimed};

use super::{Outbox, hand_over, take_back};

/// The shortest sleep, so that a row that is due and cannot be claimed is not asked for all the
/// time.
const SHORTEST: Duration = Duration::from_millis(20);

/// Works until `stop` is cancelled, and then finishes what it has begun.
pub async fn run(outbox: Outbox, delivery: SharedDelivery, stop: CancellationToken) {
    let mut under_way = JoinSet::new();
    let mut away = false;
    while !stop.is_cancelled() {
        let free = outbox.settings.workers.saturating_sub(under_way.len());
        // Before the look, so that nothing is missed that comes after it.
        let mut queued = pin!(outbox.queued.notified());
        queued.as_mut().enable();
        let lease = Uuid::new_v4();
        // Before the database begins to count.
        let claimed_at = Instant::now();
        let claimed = match claim(&outbox, &delivery, free, lease).await {
            Ok(claimed) => {
                away = false;
                claimed
            }
            Err(why) => {
                // Once, and not at every look.
                if !std::mem::replace(&mut away, true) {
                    let delivery = delivery.name();
                    warn!(delivery, error = %why, "faxes wait: the outbox cannot be read");
                }
                Vec::new()
            }
        };
        let got_all = claimed.len() < free;
        for claimed in claimed {
            under_way.spawn(work(
                outbox.clone(),
                Arc::clone(&delivery),
                claimed,
                lease,
                claimed_at,
            ));
        }
        let pause = if got_all && !away {
            until_next(&outbox, &delivery).await
        } else {
            outbox.settings.poll_interval
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = queued => {}
            Some(ended) = under_way.join_next() => report(ended),
            () = sleep(pause) => {}
        }
        while let Some(ended) = under_way.try_join_next() {
            report(ended);
        }
    }
    while let Some(ended) = under_way.join_next().await {
        report(ended);
    }
}

async fn claim(
    outbox: &Outbox,
    delivery: &SharedDelivery,
    free: usize,
    lease: Uuid,
) -> Result<Vec<Claimed>, crate::engine::repository::RepositoryError> {
    if free == 0 {
        return Ok(Vec::new());
    }
    let limit = u32::try_from(free).unwrap_or(u32::MAX);
    outbox
        .repository
        .claim(&[delivery.name()], limit, lease, outbox.settings.lease)
        .await
}

/// How long nothing will be due, as far as it is known; others may put something there meanwhile.
async fn until_next(outbox: &Outbox, delivery: &SharedDelivery) -> Duration {
    let most = outbox.settings.poll_interval;
    let next = outbox.repository.next_due(&[delivery.name()]).await;
    match next {
        // Not clamped, since an operator may look more often than that.
        Ok(Some(due)) => due.max(SHORTEST).min(most),
        Ok(None) | Err(_) => most,
    }
}

async fn work(
    outbox: Outbox,
    delivery: SharedDelivery,
    claimed: Claimed,
    lease: Uuid,
    claimed_at: Instant,
) {
    if claimed.cancel_requested {
        take_back::run(&outbox, &delivery, &claimed, lease).await;
    } else {
        hand_over::run(&outbox, &delivery, &claimed, lease, claimed_at).await;
    }
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(panic) = ended {
        // A bug; the lease ends and the fax is tried again.
        error!(error = %panic, "handing over a fax has failed");
    }
}
