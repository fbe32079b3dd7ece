//! Claims what is due.

use std::time::Duration;

use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};
use uuid::Uuid;

use crate::fax::repository::Claimed;

use super::{Outbox, hand_over, take_back};

/// The shortest sleep, so that a row that is due and cannot be claimed is not asked for all the
/// time.
const SHORTEST: Duration = Duration::from_millis(20);

/// Works until `stop` is cancelled, and then finishes what it has begun.
pub async fn run(outbox: Outbox, stop: CancellationToken) {
    let mut under_way = JoinSet::new();
    let mut away = false;
    while !stop.is_cancelled() {
        let free = outbox.settings.workers.saturating_sub(under_way.len());
        let lease = Uuid::new_v4();
        // Before the database begins to count.
        let claimed_at = Instant::now();
        let claimed = match claim(&outbox, free, lease).await {
            Ok(claimed) => {
                away = false;
                claimed
            }
            Err(why) => {
                // Once, and not at every look.
                if !std::mem::replace(&mut away, true) {
                    warn!(error = %why, "faxes wait: the outbox cannot be read");
                }
                Vec::new()
            }
        };
        let got_all = claimed.len() < free;
        for claimed in claimed {
            under_way.spawn(work(outbox.clone(), claimed, lease, claimed_at));
        }
        let pause = if got_all && !away {
            until_next(&outbox).await
        } else {
            outbox.settings.poll_interval
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = outbox.queued.notified() => {}
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
    free: usize,
    lease: Uuid,
) -> Result<Vec<Claimed>, crate::engine::repository::RepositoryError> {
    if free == 0 {
        return Ok(Vec::new());
    }
    let limit = u32::try_from(free).unwrap_or(u32::MAX);
    outbox
        .repository
        .claim(
            &outbox.deliveries.names(),
            limit,
            lease,
            outbox.settings.lease,
        )
        .await
}

/// How long nothing will be due, as far as it is known; others may put something there meanwhile.
async fn until_next(outbox: &Outbox) -> Duration {
    let most = outbox.settings.poll_interval;
    let next = outbox.repository.next_due(&outbox.deliveries.names()).await;
    match next {
        // Not clamped, since an operator may look more often than that.
        Ok(Some(due)) => due.max(SHORTEST).min(most),
        Ok(None) | Err(_) => most,
    }
}

async fn work(outbox: Outbox, claimed: Claimed, lease: Uuid, claimed_at: Instant) {
    let Some(delivery) = outbox.deliveries.get(&claimed.delivery) else {
        // Claimed by name, so this cannot be; its lease will end.
        error!(
            delivery = claimed.delivery,
            "a delivery is not there any more"
        );
        return;
    };
    if claimed.cancel_requested {
        take_back::run(&outbox, delivery, &claimed, lease).await;
    } else {
        hand_over::run(&outbox, delivery, &claimed, lease, claimed_at).await;
    }
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(panic) = ended {
        // A bug; the lease ends and the fax is tried again.
        error!(error = %panic, "handing over a fax has failed");
    }
}
