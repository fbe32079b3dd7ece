//! The outbox: faxes on their way to deliveries, and what comes back.
//!
//! Any number of gateways may work on one outbox. A row is claimed under a lease; who holds it
//! hands the fax over and writes down how that went. If the holder dies, the lease ends and
//! another one does the same again, which the delivery recognises by the attempt's number.
//!
//! ```text
//! waiting --claim--> delivering --hand_over--> handed over --outcome--> sent | failed | waiting
//!    ^-------- put back, with back-off ---+          +---- withdraw ----> cancelled
//! ```
//!
//! - `worker`: claims what is due; `hand_over`, `take_back`: what is done with it
//! - `collector`: asks deliveries for outcomes, and lets them forget what is over
//! - `settle`: what follows from an outcome; `pauses`: how long until the next try

mod collector;
mod hand_over;
mod pauses;
mod settle;
mod take_back;
mod worker;

use std::{collections::BTreeMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt, StreamExt, stream::BoxStream};
use tokio::{sync::Notify, task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::engine::{UploadEngine, UploadError, session::SessionId};

use super::{
    delivery::{Content, SharedDelivery},
    repository::FaxRepository,
    settings::OutboxSettings,
};

pub use pauses::back_off;
pub use settle::{Settled, settle};

/// What the outbox works with.
#[derive(Clone)]
pub struct Outbox {
    /// The rows.
    pub repository: Arc<dyn FaxRepository>,
    /// The documents.
    pub documents: Arc<dyn Documents>,
    /// Ways for faxes to leave, by name.
    pub deliveries: Deliveries,
    /// Rings when there is something new.
    pub queued: Arc<Notify>,
    /// Limits and times.
    pub settings: OutboxSettings,
}

/// Opens the documents of a fax.
pub trait Documents: Send + Sync + 'static {
    /// The bytes that lie in an upload.
    fn of(&self, session: SessionId) -> Arc<dyn Content>;
}

impl Documents for UploadEngine {
    fn of(&self, session: SessionId) -> Arc<dyn Content> {
        Arc::new(InUpload {
            uploads: self.clone(),
            session,
        })
    }
}

struct InUpload {
    uploads: UploadEngine,
    session: SessionId,
}

impl Content for InUpload {
    fn open(&self) -> BoxStream<'static, Result<bytes::Bytes, UploadError>> {
        self.uploads.open_content(self.session).boxed()
    }
}

/// Ways for faxes to leave, by name.
#[derive(Clone, Default)]
pub struct Deliveries(BTreeMap<&'static str, SharedDelivery>);

impl Deliveries {
    /// These.
    pub fn new(deliveries: impl IntoIterator<Item = SharedDelivery>) -> Self {
        let named = deliveries.into_iter().map(|it| (it.name(), it));
        Self(named.collect())
    }

    /// The delivery of that name.
    pub fn get(&self, name: &str) -> Option<&SharedDelivery> {
        self.0.get(name)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &SharedDelivery> {
        self.0.values()
    }
}

impl Outbox {
    /// Starts working, until `stop` is cancelled; what is under way then is finished.
    pub fn start(&self, jobs: &mut JoinSet<()>, stop: &CancellationToken) {
        // One of each for every delivery, so that one that is slow holds up no other.
        for delivery in self.deliveries.all() {
            let delivery = Arc::clone(delivery);
            let (outbox, way, until) = (self.clone(), Arc::clone(&delivery), stop.clone());
            jobs.spawn(keep_up(stop.clone(), move || {
                worker::run(outbox.clone(), Arc::clone(&way), until.clone())
            }));
            let (outbox, until) = (self.clone(), stop.clone());
            jobs.spawn(keep_up(stop.clone(), move || {
                collector::run(outbox.clone(), Arc::clone(&delivery), until.clone())
            }));
        }
    }
}

/// How long after a panic the work begins anew, so that one that comes at once does not fill the log.
const AFTER_PANIC: Duration = Duration::from_secs(1);

/// Does work that ends when `stop` is cancelled, and begins it anew after a panic, which is logged
/// where it happens: faxes must not wait for a restart.
async fn keep_up<W: Future<Output = ()>>(stop: CancellationToken, work: impl Fn() -> W) {
    while AssertUnwindSafe(work()).catch_unwind().await.is_err() {
        if stop.run_until_cancelled(sleep(AFTER_PANIC)).await.is_none() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn work_that_panics_begins_anew_and_ends_with_the_stop() {
        let runs = AtomicU32::new(0);
        let stop = CancellationToken::new();
        keep_up(stop.clone(), async || {
            assert!(runs.fetch_add(1, Ordering::Relaxed) >= 2, "a bug");
        })
        .await;
        assert_eq!(runs.load(Ordering::Relaxed), 3);

        stop.cancel();
        keep_up(stop, async || panic!("a bug")).await;
    }
}
