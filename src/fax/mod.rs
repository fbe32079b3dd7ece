//! Faxes: what clients submit, and how it leaves.
//!
//! It knows no protocol and no SQL. Documents are uploads of the engine's; a submission takes one,
//! in the transaction that writes everything that follows from it.
//!
//! - [`Faxes`] is what front ends talk to: `submit`, `resend`, `cancel`, `read`, `images`
//! - [`outbox`] hands faxes over to a [`delivery`], and learns how they end
//! - `order`, `recipients`, `fingerprint`: what a client asks for
//! - `record`: whatever becomes of the connection to the database, an order is recorded once
//! - `repeat`: orders that are sent again because their answers were lost

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
use tokio::{runtime::Handle, sync::Notify};
use tracing::warn;
use uuid::Uuid;

use crate::engine::{ConnectionId, UploadEngine, account::Account};

use image::Renderer;
use item::SubmissionId;
use outbox::Deliveries;
use places::Places;
use polls::StatusPolls;
use record::Recording;
use repository::{FaxRepository, Route};
use turns::Turns;

pub use error::FaxError;
pub use images::{FaxImage, clear_images};
pub use order::{Order, Source};
pub use read::Polled;
pub use settings::{FaxSettings, OutboxSettings};
pub use submit::{Client, Submitted};

/// Calls of which nobody knows whether they took effect; the least recently used is forgotten
/// first.
const DOUBTFUL: u64 = 10_000;
/// Answers to submissions of which it is remembered on which connection they were given; a client
/// whose answer is forgotten has to wait for `fax.repeat_within` before it can order the same again.
const ANSWERED: u64 = 100_000;

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
    // The connections of clients that have the answer to a submission.
    answered: Cache<(SubmissionId, ConnectionId), ()>,
    // By fingerprint.
    doubtful: Cache<[u8; 32], Recording>,
    turns: Turns<[u8; 32]>,
    polls: StatusPolls,
    queries: Places,
    // There is something new in the outbox.
    queued: Arc<Notify>,
}

impl Faxes {
    /// Starts on the present runtime.
    pub fn start(parts: FaxParts) -> Self {
        let within = parts.settings.repeat_within;
        let shared = Shared {
            uploads: parts.uploads,
            repository: parts.repository,
            boot: parts.boot,
            deliveries: parts.deliveries,
            renderer: parts.renderer,
            runtime: Handle::current(),
            answered: Cache::builder()
                .max_capacity(ANSWERED)
                .time_to_live(within)
                .build(),
            doubtful: Cache::builder()
                .max_capacity(DOUBTFUL)
                .time_to_live(within)
                .build(),
            turns: Turns::default(),
            polls: StatusPolls::new(parts.settings.status_polls_per_minute),
            queries: Places::new(parts.settings.queries),
            queued: Arc::default(),
            settings: parts.settings,
        };
        Self {
            shared: Arc::new(shared),
        }
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
