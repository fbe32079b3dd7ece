//! The spool: a directory in which faxes wait for a program of the operator's.
//!
//! ```text
//! <spool>/owner                      the content store to which it belongs
//! <spool>/tmp/                       what is being written or removed
//! <spool>/new/000000042.1/           an attempt, complete
//!                 fax.json  1.pdf ...    what is to be sent
//!                 taken                  made by the consumer to send, or by the gateway to withdraw
//!                 status                 made by the consumer when it is done
//! ```
//!
//! What must hold: an attempt appears in one step, complete and durable, and at most once; `taken`
//! is made by one side only; a withdrawn attempt stays in the way of late hand-overs until it is
//! forgotten; an outcome that was told survives a power cut. Several processes may share a spool.
//! The consumer's side is in `docs/SPOOL.md`.

mod description;
mod disk;
mod documents;
mod forget;
mod hand_over;
mod names;
mod open;
mod owner;
mod place;
mod problem;
mod real;
mod said;
mod settings;
mod status;
mod warned;
mod withdraw;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::{
    sync::{Semaphore, mpsc},
    task::spawn_blocking,
    time::timeout,
};

pub use disk::{Look, SpoolDisk, SpoolFile};
pub use names::directory_of;
pub use owner::claim;
pub use real::RealSpoolDisk;
pub use settings::SpoolSettings;

use self::{place::Place, said::Said, warned::Warned};
use super::{Attempt, Delivery, DeliveryError, Fax, Outcome, Withdrawal};
use crate::fax::outcome::GIVEN_UP;

/// The delivery's name.
pub const NAME: &str = "spool";

/// Faxes that are written at the same time: more would only share the disk.
const HAND_OVERS: usize = 8;
/// Everything else at the same time, so that it does not wait for content.
const OTHERS: usize = 8;
/// Who gets no turn for so long hears that the disk is stuck.
const TURN: Duration = Duration::from_secs(30);
/// Blocks between the content and the disk, per fax.
const BLOCKS: usize = 2;

/// Hands faxes over in a directory.
pub struct Spool {
    place: Arc<Place>,
    sweep_after: Duration,
    hand_overs: Arc<Semaphore>,
    others: Arc<Semaphore>,
    warned: Arc<Warned>,
}

impl Spool {
    /// Opens a spool, or makes one; blocks.
    ///
    /// # Errors
    /// If no fax could be written there; the message says what to do.
    pub fn open(settings: &SpoolSettings) -> Result<Self, DeliveryError> {
        Self::open_on(Arc::new(RealSpoolDisk::default()), settings)
    }

    /// Opens a spool on a disk of the caller's.
    pub fn open_on(
        disk: Arc<dyn SpoolDisk>,
        settings: &SpoolSettings,
    ) -> Result<Self, DeliveryError> {
        Ok(Self {
            place: Arc::new(open::open(disk, settings)?),
            sweep_after: settings.sweep_after,
            hand_overs: Arc::new(Semaphore::new(HAND_OVERS)),
            others: Arc::new(Semaphore::new(OTHERS)),
            warned: Arc::default(),
        })
    }

    /// Runs short work on a thread that may block.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Place) -> Result<T, DeliveryError> + Send + 'static,
    ) -> Result<T, DeliveryError> {
        on_a_thread(&self.others, &self.place, work).await
    }
}

async fn on_a_thread<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    place: &Arc<Place>,
    work: impl FnOnce(&Place) -> Result<T, DeliveryError> + Send + 'static,
) -> Result<T, DeliveryError> {
    let Ok(Ok(turn)) = timeout(TURN, Arc::clone(turns).acquire_owned()).await else {
        let problem = format!(
            "the spool's file system has not answered for {} s: see the system's log",
            TURN.as_secs()
        );
        return Err(DeliveryError::Unavailable(problem));
    };
    let place = Arc::clone(place);
    let task = spawn_blocking(move || {
        // Held by the thread: it goes on if its caller no longer waits.
        let _turn = turn;
        work(&place)
    });
    task.await.unwrap_or_else(|panic| {
        let problem =
            format!("the spool failed: {panic}; this is a fault of chunkgate's, report it");
        Err(DeliveryError::Unavailable(problem))
    })
}

#[async_trait]
impl Delivery for Spool {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn hand_over(&self, fax: &Fax) -> Result<Option<Outcome>, DeliveryError> {
        let attempt = fax.attempt;
        // Before the content is opened: it need not be there any more.
        if self
            .run(move |place| hand_over::is_known(place, attempt))
            .await?
        {
            return Ok(None);
        }
        let (blocks, portions) = mpsc::channel(BLOCKS);
        let described = fax.clone();
        let writing = on_a_thread(&self.hand_overs, &self.place, move |place| {
            hand_over::write(place, &described, portions)
        });
        let feeding = hand_over::feed(&*fax.content, blocks);
        let (written, fed) = futures_util::join!(writing, feeding);
        fed?;
        written?;
        Ok(None)
    }

    async fn outcomes(
        &self,
        attempts: &[Attempt],
    ) -> Result<Vec<(Attempt, Outcome)>, DeliveryError> {
        let attempts = attempts.to_vec();
        let warned = Arc::clone(&self.warned);
        let collect = move |place: &Place| {
            let mut ended = Vec::new();
            for attempt in attempts {
                match said::said(place, attempt)? {
                    Said::Ended(outcome) => ended.push((attempt, outcome)),
                    // Whoever withdrew it may have died before it could write that down.
                    _ if withdraw::is_withdrawn(place, attempt)? => {
                        ended.push((attempt, GIVEN_UP.outcome()));
                    }
                    Said::Nothing => {}
                    Said::Nonsense(problem) => warned.once(attempt, &problem),
                }
            }
            Ok(ended)
        };
        self.run(collect).await
    }

    async fn withdraw(&self, attempt: Attempt) -> Result<Withdrawal, DeliveryError> {
        self.run(move |place| withdraw::withdraw(place, attempt))
            .await
    }

    async fn forget(&self, attempt: Attempt) -> Result<(), DeliveryError> {
        self.warned.forget(attempt);
        self.run(move |place| forget::forget(place, attempt)).await
    }

    async fn kept(
        &self,
        after: Option<Attempt>,
        limit: usize,
    ) -> Result<Vec<Attempt>, DeliveryError> {
        self.run(move |place| forget::kept(place, after, limit))
            .await
    }

    async fn probe(&self) -> Result<(), DeliveryError> {
        let age = self.sweep_after;
        let prove = move |place: &Place| {
            open::probe(place)?;
            open::sweep(place, age);
            Ok(())
        };
        self.run(prove).await
    }
}
