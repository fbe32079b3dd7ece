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

use std::{collections::BTreeMap, sync::Arc};

use futures_util::{StreamExt, stream::BoxStream};
use tokio::{sync::Notify, task::JoinSet};
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
            jobs.spawn(worker::run(
                self.clone(),
                Arc::clone(&delivery),
                stop.clone(),
            ));
            jobs.spawn(collector::run(self.clone(), delivery, stop.clone()));
        }
    }
}
