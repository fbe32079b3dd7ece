//! Committing sealed appends in groups.
//!
//! Appends wait here while groups before them are under way, and then go to the database
//! together: one statement for many sessions. A session is in at most one group at a time, so
//! what is known about its last append cannot change while the next one is judged.

mod actor;
mod group;
mod verdict;

use std::{sync::Arc, time::Instant};

use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use uuid::Uuid;

use crate::content::Pin;

use super::{
    Peer, UploadError,
    answers::{Answers, ConnectionId, Receipt},
    repository::{Commit, Repository},
};

pub use verdict::{Signs, Verdict, judge};

/// Appends that wait between the front ends and the committer; more wait in front of it.
const QUEUE: usize = 1024;

/// An append that was committed, or recognised as the one before.
#[derive(Debug)]
pub struct Committed {
    /// Bytes of the session, this append included.
    pub total: u64,
    /// The fence under which it was committed.
    pub fence: i64,
    /// To be told when the answer was delivered.
    pub receipt: Receipt,
}

/// What became of an append.
#[derive(Debug)]
pub enum Outcome {
    /// It was committed, or recognised as the one before.
    Committed(Committed),
    /// It equals the one before, and nothing that is known decides which of the two it is. It comes
    /// back, to be committed again when its bytes were looked at ([`Origin::telling`]) and the
    /// answer before was waited for.
    Undecided(Commit, Pin),
}

/// Takes sealed appends and answers when their fate is known.
#[derive(Clone)]
pub struct Committer {
    queue: mpsc::Sender<Waiting>,
}

/// How a committer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Every answer was delivered, or the database knows that it may be lost.
    Settled,
    /// Some answer may be lost without the database's knowing.
    InDoubt,
}

/// What the committer works with.
#[derive(Clone)]
pub struct CommitterParts {
    /// The database.
    pub repository: Arc<dyn Repository>,
    /// The answers on their way.
    pub answers: Answers,
    /// This process.
    pub boot: Uuid,
    /// The switch group accounts must belong to.
    pub switch_group: Arc<str>,
}

/// The request with which an append came.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// When it began.
    pub begun: Instant,
    /// What its client's end looks like.
    pub peer: Peer,
    /// The connection on which it came, if that is its client's own.
    pub connection: Option<ConnectionId>,
    /// Whether its bytes cannot stand twice in a row in a document, if somebody has looked; the
    /// answer before was waited for then.
    pub telling: Option<bool>,
}

/// An append in the committer's hands.
struct Waiting {
    append: Commit,
    // Keeps the bytes from being reclaimed until the database names them, or never will.
    pin: Pin,
    origin: Origin,
    reply: oneshot::Sender<Result<Outcome, UploadError>>,
}

impl Committer {
    /// Starts the committer on the present runtime. It ends, with everything it was given
    /// answered, when every handle is gone.
    pub fn start(parts: CommitterParts) -> (Self, JoinHandle<End>) {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let task = tokio::spawn(actor::Actor::new(parts, waiting).run());
        (Self { queue }, task)
    }

    /// Commits one sealed append. The outcome does not depend on the caller's staying: when it
    /// goes away, the append is committed all the same and its answer counts as lost.
    ///
    /// # Errors
    /// Why it was refused, or that nobody can say what became of it.
    pub async fn commit(
        &self,
        append: Commit,
        pin: Pin,
        origin: Origin,
    ) -> Result<Outcome, UploadError> {
        const STOPPED: UploadError = UploadError::Internal("the committer has stopped");
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting {
            append,
            pin,
            origin,
            reply,
        };
        self.queue.send(waiting).await.map_err(|_| STOPPED)?;
        answer.await.map_err(|_| STOPPED)?
    }
}
