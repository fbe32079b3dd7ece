//! A HylaFAX server: faxes become jobs of its queue.
//!
//! # No fax is sent twice
//!
//! A job is made in four steps: the documents are stored for as long as the session lasts; the job is
//! made (`JNEW`), its number is written down; its documents are named; it is submitted (`JSUBM`),
//! after that was written down. From the second step on the job stands in the server's queue, with
//! the attempt as its tag, so that whoever comes later finds it there:
//!
//! - submitted, or even sent: it is adopted;
//! - not submitted: it is deleted, after which whoever made it cannot submit it any more;
//! - in no queue: it was never submitted, or it was sent and cleaned away. If it may have been
//!   submitted longer ago than the server keeps jobs, nobody knows, and the fax fails.
//!
//! Every look at a job takes a session of its own: hfaxd goes on to show a job to a session as it has
//! seen it first, and what it says of a job may end with lines that were made to look like replies.
//!
//! - `session`, `reply`: the protocol; `trouble`: what may go wrong with it
//! - `documents`, `parameters`: a fax in the server's words; `queue`, `ended`: jobs in ours
//! - `submit`, `recover`, `withdraw`, `poll`: what the outbox wants

mod documents;
mod ended;
mod parameters;
mod poll;
mod queue;
mod recover;
mod reply;
mod session;
mod settings;
mod submit;
mod trouble;
mod withdraw;

use std::{fs, io, path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::{sync::Semaphore, time::timeout};

pub use settings::HylafaxSettings;

use self::{poll::Looks, session::Session, trouble::Trouble};
use super::{
    Attempt, Delivery, DeliveryError, Fax, Outcome, Withdrawal,
    ledger::{Entry, Ledger},
};
use crate::fax::turns::{Turn, Turns};

/// The delivery's name.
pub const NAME: &str = "hylafax";

/// No text takes so long to be typeset and stored.
const LEFT_BEHIND: Duration = Duration::from_hours(3);

/// Hands faxes over to a HylaFAX server.
pub struct Hylafax {
    settings: HylafaxSettings,
    ledger: Arc<dyn Ledger>,
    connections: Arc<Semaphore>,
    turns: Turns<Attempt>,
    looks: Looks,
}

impl Hylafax {
    /// For this server, which need not be there yet. Makes the directory in which texts are typeset,
    /// and removes what a process that died has left there.
    ///
    /// # Errors
    /// If that directory cannot be made.
    pub fn open(settings: HylafaxSettings, ledger: Arc<dyn Ledger>) -> io::Result<Self> {
        fs::create_dir_all(&settings.scratch)?;
        sweep(&settings.scratch);
        Ok(Self {
            ledger,
            connections: Arc::new(Semaphore::new(settings.max_connections)),
            turns: Turns::default(),
            looks: Looks::default(),
            settings,
        })
    }

    /// Logs in, if there is a connection to spare in time.
    async fn session(&self) -> Result<Session, Trouble> {
        let place = Arc::clone(&self.connections).acquire_owned();
        let place = timeout(self.settings.command_timeout, place).await;
        let Ok(Ok(place)) = place else {
            return Err(Trouble::Busy);
        };
        Session::open(&self.settings, place).await
    }

    /// One call for an attempt at a time, in this process.
    async fn turn(&self, attempt: Attempt) -> Result<Turn<Attempt>, DeliveryError> {
        let turn = self.turns.take(attempt).await;
        turn.ok_or_else(|| {
            DeliveryError::Unavailable(format!(
                "another call for fax {attempt} is still under way at the HylaFAX server"
            ))
        })
    }

    /// Writes down a change. None: somebody else was faster.
    async fn change(&self, entry: Entry) -> Result<Option<Entry>, DeliveryError> {
        Ok(self.ledger.change(NAME, &entry).await?)
    }

    /// Writes down a change.
    ///
    /// # Errors
    /// If somebody else was faster.
    async fn decide(&self, entry: Entry) -> Result<Entry, DeliveryError> {
        let attempt = entry.attempt;
        let changed = self.change(entry).await?;
        changed.ok_or_else(|| overtaken(attempt))
    }
}

/// Removes directories that nobody can still be using; another process may be at work beside us.
fn sweep(scratch: &Path) {
    for entry in fs::read_dir(scratch).into_iter().flatten().flatten() {
        let made = entry.metadata().and_then(|it| it.modified());
        let age = made.map(|made| made.elapsed().unwrap_or_default());
        if age.is_ok_and(|age| age >= LEFT_BEHIND) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// What is said to whoever was not the first; the next try finds what the other one did.
fn overtaken(attempt: Attempt) -> DeliveryError {
    DeliveryError::Unavailable(format!(
        "somebody else works on fax {attempt} at this moment; it is looked at again"
    ))
}

#[async_trait]
impl Delivery for Hylafax {
    fn name(&self) -> &'static str {
        NAME
    }

    fn holds_postponed(&self) -> bool {
        self.settings.hold_postponed
    }

    async fn hand_over(&self, fax: &Fax) -> Result<Option<Outcome>, DeliveryError> {
        let _turn = self.turn(fax.attempt).await?;
        self.submit(fax).await.map(|()| None)
    }

    async fn outcomes(
        &self,
        attempts: &[Attempt],
    ) -> Result<Vec<(Attempt, Outcome)>, DeliveryError> {
        self.poll(attempts).await
    }

    async fn withdraw(&self, attempt: Attempt) -> Result<Withdrawal, DeliveryError> {
        let _turn = self.turn(attempt).await?;
        self.take_back(attempt).await
    }

    async fn forget(&self, attempt: Attempt) -> Result<(), DeliveryError> {
        Ok(self.ledger.forget(NAME, attempt).await?)
    }

    async fn kept(
        &self,
        after: Option<Attempt>,
        limit: usize,
    ) -> Result<Vec<Attempt>, DeliveryError> {
        Ok(self.ledger.kept(NAME, after, limit).await?)
    }

    async fn probe(&self) -> Result<(), DeliveryError> {
        self.session().await?.close().await;
        Ok(())
    }
}
