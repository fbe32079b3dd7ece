//! What a gateway does by itself: expiry, retention, reclamation, gauges.

mod batches;
mod clock;
mod faxes;
mod gauges;
mod reclaim;
mod sessions;

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval_at},
};
use tokio_util::sync::CancellationToken;

use crate::{
    backend::Confirmations,
    content::SharedStore,
    engine::repository::Repository,
    fax::{outbox::Deliveries, repository::FaxRepository},
    http::{Admission, BodyMemory},
    store::postgres::Database,
    telemetry::metrics::Metrics,
};

pub use clock::Watch;
pub use faxes::{drop_documents, forget_faxes};
pub use reclaim::reclaim;
pub use sessions::{drop_undeletable, expire, forget};

/// How often the database and the content store get a new mark, if appends were committed: documents acknowledged in the
/// last of these periods are not known to be missing from an older copy of the database.
const CONFIRM_EVERY: Duration = Duration::from_secs(5);
/// How often rows past their retention are looked for.
const RETENTION_EVERY: Duration = Duration::from_mins(10);
/// How often the database's clock is looked at; well within the time by which it may run ahead unseen.
const CLOCK_EVERY: Duration = Duration::from_secs(5);
/// How often gauges are set.
const GAUGES_EVERY: Duration = Duration::from_secs(5);
/// How often deliveries are asked whether they work.
const PROBE_EVERY: Duration = Duration::from_secs(15);

/// How long what is left of ended faxes is kept.
#[derive(Clone, Copy, Debug)]
pub struct FaxRetention {
    /// Their documents.
    pub documents: Duration,
    /// The documents of dead letters.
    pub dead_letters: Duration,
    /// Their rows.
    pub rows: Duration,
}

/// What the jobs work on.
#[derive(Clone)]
pub struct JobParts {
    /// Rows.
    pub repository: Arc<dyn Repository>,
    /// Bytes.
    pub store: SharedStore,
    /// The mark that the database and the bytes have in common.
    pub confirmations: Arc<Confirmations>,
    /// For the pool's gauges, and the segments in use.
    pub database: Database,
    /// Looks at the database's clock.
    pub clock: Arc<Watch>,
    /// For its gauge.
    pub memory: BodyMemory,
    /// For its gauge.
    pub admission: Admission,
    /// How often expired sessions and free segments are looked for.
    pub sweep_interval: Duration,
    /// How long sessions that ended unfaxed can be brought back.
    pub undelete: Duration,
    /// How long the rows of ended sessions are kept.
    pub retention: Duration,
    /// Rows of faxes.
    pub faxes: Arc<dyn FaxRepository>,
    /// How long what is left of ended faxes is kept.
    pub fax_retention: FaxRetention,
    /// The deliveries, for their gauges.
    pub deliveries: Deliveries,
}

/// Starts the jobs on the present runtime; they end when `stop` is cancelled.
pub fn start(parts: &JobParts, metrics: Metrics, stop: &CancellationToken) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(metrics.upkeep(stop.clone()));
    let p = parts.clone();
    jobs.spawn(every(parts.sweep_interval, stop.clone(), move || {
        expire(p.clone())
    }));
    let p = parts.clone();
    jobs.spawn(every(parts.sweep_interval, stop.clone(), move || {
        drop_undeletable(p.clone())
    }));
    let p = parts.clone();
    jobs.spawn(every(RETENTION_EVERY, stop.clone(), move || {
        forget(p.clone())
    }));
    let p = parts.clone();
    jobs.spawn(every(CLOCK_EVERY, stop.clone(), move || {
        let p = p.clone();
        async move {
            if let Err(error) = p.clock.look(&p.database).await {
                tracing::warn!(%error, "the database's clock could not be looked at; tried again later");
            }
        }
    }));
    let p = parts.clone();
    jobs.spawn(every(parts.sweep_interval, stop.clone(), move || {
        drop_documents(p.clone())
    }));
    let p = parts.clone();
    jobs.spawn(every(RETENTION_EVERY, stop.clone(), move || {
        forget_faxes(p.clone())
    }));
    let p = parts.clone();
    jobs.spawn(every(parts.sweep_interval, stop.clone(), move || {
        reclaim(p.clone())
    }));
    let p = parts.clone();
    jobs.spawn(every(CONFIRM_EVERY, stop.clone(), move || {
        let confirmations = Arc::clone(&p.confirmations);
        async move { confirmations.confirm().await }
    }));
    let p = parts.clone();
    jobs.spawn(every(GAUGES_EVERY, stop.clone(), move || {
        gauges::set(p.clone())
    }));
    let p = parts.clone();
    jobs.spawn(every(PROBE_EVERY, stop.clone(), move || {
        gauges::probe(p.clone())
    }));
    jobs
}

/// Runs `job` again and again, one at a time. A stop waits for the one that runs; each is made of
/// statements with a time-out. A run that panics is not the last one.
async fn every<J: Future<Output = ()> + Send + 'static>(
    period: Duration,
    stop: CancellationToken,
    job: impl Fn() -> J,
) {
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        // The panic is logged where it happens. Not a task of its own, which would outlive an abort.
        let _panicked = AssertUnwindSafe(job()).catch_unwind().await;
    }
}
