//! Faxes: what clients submit, and how it leaves.
//!
//! It knows no protocol and no SQL. Documents are uploads of the engine's; a submission takes one,
//! in the transaction that writes everything that follows from it.
//!
//! - [`Faxes`] is what front ends talk to: `submit`, `resend`, `cancel`, `read`, `images`
//! - [`outbox`] hands faxes over to a [`delivery`], and learns how they end
//! - `order`, `recipients`, `fingerprint`: what a client asks for
//! - `record`: whatever becomes of the connection to the database, an order is recorded once
//! - `repeat`, `answers`: orders that are sent again because their answers were lost

mod answers;
mod cancel;
pub mod delivery;
mod error;
mod fingerprint;
pub mod image;
mod images;
pub mod item;
mod order;
pub mod outbox;
pub mod outcome;
mod places;
mod polls;
pub mod query;
mod read;
pub mod recipients;
mod record;
mod repeat;
pub mod repository;
mod resend;
mod settings;
mod submit;
mod turns;

use std::sync::Arc;

use moka::sync::Cache;
use tokio::{
    runtime::Handle,
    sync::{Notify, mpsc},
    task::JoinHandle,
};
use tracing::warn;
use uuid::Uuid;

use crate::engine::{Answers, End, UploadEngine, account::Account};

use answers::Telling;
use image::Renderer;
use item::{SubmissionId, TransactionId};
use outbox::Deliveries;
use places::Places;
use polls::StatusPolls;
use record::Doubt;
use repository::{FaxRepository, Route};
use turns::Turns;

pub use error::FaxError;
pub use images::{FaxImage, clear_images};
pub use order::{Order, Source};
pub use read::Polled;
pub use settings::{FaxSettings, OutboxSettings};
pub use submit::{Client, Receipt, Submitted};

/// Calls of which nobody knows whether they took effect; the least recently used is forgotten
/// first.
const DOUBTFUL: u64 = 10_000;

/// Takes faxes, and says what became of them.
#[derive(Clone)]
pub struct Faxes {
    shared: Arc<Shared>,
}

/// What faxes are built on.
pub struct FaxParts {
    /// The documents.
    pub uploads: UploadEngine,
    /// The rows.
    pub repository: Arc<dyn FaxRepository>,
    /// This process.
    pub boot: Uuid,
    /// The ways for faxes to leave.
    pub deliveries: Deliveries,
    /// Makes images of documents.
    pub renderer: Renderer,
    /// Limits and times.
    pub settings: FaxSettings,
}

struct Shared {
    uploads: UploadEngine,
    repository: Arc<dyn FaxRepository>,
    boot: Uuid,
    deliveries: Deliveries,
    renderer: Renderer,
    settings: FaxSettings,
    // On which what must not be left half done is done.
    runtime: Handle,
    answers: Answers<SubmissionId, TransactionId>,
    telling: Telling,
    // By fingerprint.
    doubtful: Cache<[u8; 32], Doubt>,
    turns: Turns<[u8; 32]>,
    polls: StatusPolls,
    queries: Places,
    // There is something new in the outbox.
    queued: Arc<Notify>,
    // Lets the task of lost answers end with the last handle.
    _handles: mpsc::Sender<()>,
}

impl Faxes {
    /// Starts on the present runtime. The task ends when the last handle is gone and the database
    /// knows of every lost answer, or cannot be told.
    pub fn start(parts: FaxParts) -> (Self, JoinHandle<End>) {
        let (answers, telling) = (Answers::default(), Telling::default());
        let (handles, task) = answers::start(
            answers.clone(),
            Arc::clone(&telling),
            Arc::clone(&parts.repository),
            parts.boot,
        );
        let shared = Shared {
            uploads: parts.uploads,
            repository: parts.repository,
            boot: parts.boot,
            deliveries: parts.deliveries,
            renderer: parts.renderer,
            runtime: Handle::current(),
            answers,
            telling,
            doubtful: Cache::builder()
                .max_capacity(DOUBTFUL)
                .time_to_live(parts.settings.repeat_within)
                .build(),
            turns: Turns::default(),
            polls: StatusPolls::new(parts.settings.status_polls_per_minute),
            queries: Places::new(parts.settings.queries),
            queued: Arc::default(),
            settings: parts.settings,
            _handles: handles,
        };
        let faxes = Self {
            shared: Arc::new(shared),
        };
        (faxes, task)
    }

    /// Rings when there is something new in the outbox.
    pub fn queued(&self) -> Arc<Notify> {
        Arc::clone(&self.shared.queued)
    }

    /// By which way an account's faxes leave. A delivery that is not set up here may be set up
    /// elsewhere, or later: the faxes wait for it.
    fn route(&self, account: &Account) -> Route {
        let shared = &self.shared;
        let own = account.settings.delivery.as_ref();
        let delivery = own.unwrap_or(&shared.settings.delivery);
        let is_set_up = shared.deliveries.get(delivery);
        if is_set_up.is_none() {
            warn!(
                delivery,
                account = account.name,
                "a fax waits for a delivery that is not set up"
            );
        }
        Route {
            delivery: delivery.clone(),
            holds_postponed: is_set_up.is_some_and(|it| it.holds_postponed()),
        }
    }

    /// The types of documents that are taken, in upper case.
    pub fn file_types(&self) -> &[String] {
        &self.shared.settings.file_types
    }
}
