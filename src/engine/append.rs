//! One chunk on its way from a front end into a session.

use std::{net::IpAddr, sync::Arc, time::Instant};

use bytes::Bytes;
use futures_util::TryStreamExt;
use xxhash_rust::xxh3::Xxh3;

use crate::content::{ContentError, Pin, Sealed, Writer};

use super::{
    Shared, UploadError,
    answers::{ACKNOWLEDGED_WITHIN, ConnectionId, Receipt},
    commit::{Committed, Origin, Outcome, Signs, Verdict, judge},
    repository::{ChunkFacts, Commit, IfEqual},
    session::{KnownSession, SessionId, SessionKey, SessionState},
    telling::Telling,
    unproven::{Reservation, Staged},
};

/// An append that was acknowledged by the database.
#[derive(Debug)]
pub struct Acknowledged {
    /// Bytes the session has now.
    pub total: u64,
    /// To be told when the answer was written.
    pub receipt: Receipt,
}

/// What the client's end of the connection on which an append comes looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// It is there, as far as anybody can know.
    Present,
    /// It will send nothing more. Mostly it has closed the connection, and a few clients announce
    /// the end of their request so; the two cannot be told apart before an answer is tried.
    Finished,
    /// The connection is broken.
    Gone,
}

/// Takes the bytes of one chunk, before or after it is known to which session they go.
///
/// Nothing a client does wrong makes a write fail: the reasons come, in their proper order, from
/// [`Append::finish`], so that a front end may read a message to its end before it answers.
/// Dropped without `finish`, an append leaves no trace in its session.
pub struct Append {
    shared: Arc<Shared>,
    address: IpAddr,
    target: Target,
    writer: Option<Box<dyn Writer>>,
    // The first block of a chunk whose session is not known yet, and where the others wait.
    held: Option<Bytes>,
    staged: Option<Staged>,
    reservation: Option<Reservation>,
    // The sender has logged in, so its bytes need no proof.
    vouched_for: bool,
    storage: Result<(), ContentError>,
    digest: Box<Xxh3>,
    length: u64,
    begun: Instant,
    connection: Option<ConnectionId>,
}

enum Target {
    /// No name has come yet.
    Unnamed,
    /// Open, or complete.
    Known(SessionKey, KnownSession),
    /// Nothing will be stored.
    Refused(UploadError),
}

impl Append {
    pub(super) fn new(shared: Arc<Shared>, address: IpAddr) -> Self {
        Self {
            shared,
            address,
            target: Target::Unnamed,
            writer: None,
            held: None,
            staged: None,
            reservation: None,
            vouched_for: false,
            storage: Ok(()),
            digest: Box::new(Xxh3::new()),
            length: 0,
            begun: Instant::now(),
            connection: None,
        }
    }

    /// Says on which connection the chunk comes, if that is its client's own and not one that a
    /// proxy keeps for its clients.
    #[must_use]
    pub fn on(mut self, connection: Option<ConnectionId>) -> Self {
        self.connection = connection;
        self
    }

    /// Says to which session the chunk goes; the first name counts.
    pub async fn name(&mut self, key: SessionKey) {
        if !matches!(self.target, Target::Unnamed) {
            return;
        }
        self.target = match self.shared.find(key, self.address).await {
            Ok(session) => Target::Known(key, session),
            Err(error) => Target::Refused(error),
        };
        if let Some(reservation) = self.reservation.take()
            && matches!(self.target, Target::Known(..))
        {
            reservation.proven();
        }
        self.store_what_waits().await;
        if !self.keeps_bytes() {
            self.writer = None;
        }
    }

    /// Says that the sender of the bytes has logged in: they do not count against the address.
    pub fn vouch(&mut self) {
        self.vouched_for = true;
        if let Some(reservation) = self.reservation.take() {
            reservation.proven();
        }
    }

    /// What tells the bytes that were taken so far from others.
    pub fn facts(&self) -> ChunkFacts {
        ChunkFacts {
            length: self.length,
            digest: self.digest.digest128(),
        }
    }

    /// The session, once it is known.
    pub fn session(&self) -> Option<SessionId> {
        match &self.target {
            Target::Known(_, session) => Some(session.id),
            Target::Unnamed | Target::Refused(_) => None,
        }
    }

    /// Bytes taken so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Takes the next block, 1 byte to [`crate::content::MAX_BLOCK`] bytes. Returns when the block
    /// has gone to the content store, or is not wanted.
    pub async fn write(&mut self, block: Bytes) {
        self.length += block.len() as u64;
        match self.target {
            Target::Unnamed => {
                self.digest.update(&block);
                self.stage(block).await;
            }
            Target::Known(..) if self.keeps_bytes() => {
                self.digest.update(&block);
                self.store(block).await;
            }
            // Only compared with the last chunk.
            Target::Known(_, session) if self.length <= session.max_chunk => {
                self.digest.update(&block);
            }
            Target::Known(..) => self.writer = None,
            Target::Refused(_) => {}
        }
    }

    fn keeps_bytes(&self) -> bool {
        match self.target {
            Target::Known(_, session) => {
                session.state == SessionState::Open && self.length <= session.max_chunk
            }
            Target::Unnamed => true,
            Target::Refused(_) => false,
        }
    }

    /// Keeps one block in memory; from the second on, bytes wait in a file on the address' account,
    /// or go to the store if somebody has logged in for them.
    async fn stage(&mut self, block: Bytes) {
        if self.length == block.len() as u64 {
            self.held = Some(block);
            return;
        }
        if self.vouched_for {
            self.store_what_waits().await;
            self.store(block).await;
            return;
        }
        let held = self.held.take();
        let more = block.len() + held.as_ref().map_or(0, Bytes::len);
        if let Err(error) = self.reserve(more as u64) {
            self.staged = None;
            self.target = Target::Refused(error);
            return;
        }
        for block in held.into_iter().chain([block]) {
            if self.storage.is_ok() {
                self.storage = self.wait(block).await;
            }
        }
    }

    async fn wait(&mut self, block: Bytes) -> Result<(), ContentError> {
        let staged = match &mut self.staged {
            Some(staged) => staged,
            none => {
                self.shared.store.admit()?;
                let staged = Staged::create(&self.shared.settings.staging_directory).await?;
                none.insert(staged)
            }
        };
        staged.write(&block).await
    }

    /// Stores the blocks that waited, in their order.
    async fn store_what_waits(&mut self) {
        if let Some(held) = self.held.take() {
            self.store(held).await;
        }
        let Some(mut staged) = self.staged.take() else {
            return;
        };
        if let Err(error) = staged.rewind().await {
            self.storage = Err(error);
        }
        while self.storage.is_ok() && self.keeps_bytes() {
            match staged.next().await {
                Ok(Some(block)) => self.store(block).await,
                Ok(None) => return,
                Err(error) => self.storage = Err(error),
            }
        }
    }

    fn reserve(&mut self, more: u64) -> Result<(), UploadError> {
        self.reservation
            .get_or_insert_with(|| self.shared.unproven.reservation(self.address))
            .grow(more)
    }

    async fn store(&mut self, block: Bytes) {
        if self.storage.is_err() || !self.keeps_bytes() {
            return;
        }
        self.storage = self.try_store(block).await;
        if self.storage.is_err() {
            self.writer = None;
        }
    }

    async fn try_store(&mut self, block: Bytes) -> Result<(), ContentError> {
        if self.writer.is_none() {
            self.shared.store.admit()?;
        }
        let session = self.session().map(|id| id.0);
        let store = &self.shared.store;
        let writer = self.writer.get_or_insert_with(|| store.writer(session));
        writer.write(block).await
    }

    /// Makes the chunk durable and commits it. `peer` is asked once, when everything is ready: if
    /// the client has gone, nothing is committed.
    ///
    /// A client that lost an answer sends its chunk again, and a document may hold two equal chunks
    /// in a row. A chunk that equals the last one is
    ///
    /// 1. the last one again, if that has closed the session;
    /// 2. the next bytes, if it comes on the connection on which the last one was answered;
    /// 3. the last one again, if its answer did not arrive, or was given after this append was
    ///    begun: a client that gave up waiting may have overtaken itself on another connection;
    /// 4. the last one again, if its bytes cannot stand twice in a row in a document;
    /// 5. else the next bytes.
    ///
    /// What 3 to 5 decide is noted as a doubt.
    ///
    /// # Errors
    /// The first of the reasons, in the order in which the original service gives them, why the
    /// chunk was not stored.
    pub async fn finish(
        mut self,
        is_last: bool,
        peer: impl FnOnce() -> Peer,
    ) -> Result<Acknowledged, UploadError> {
        let target = std::mem::replace(&mut self.target, Target::Unnamed);
        let (key, session) = match target {
            Target::Known(key, session) => (key, session),
            Target::Unnamed => {
                self.shared.unknown.count(self.address);
                return Err(UploadError::SessionNotOpen);
            }
            Target::Refused(error) => return Err(error),
        };
        let mut commit = Commit {
            session: session.id,
            fence: session.fence,
            chunk: self.facts(),
            is_last,
            if_equal: IfEqual::Undecided,
            extents: Vec::new(),
        };
        let storable = self.length > 0 && self.length <= session.max_chunk;
        if !storable || self.storage.is_err() {
            return Err(self.refusal(&commit).await);
        }
        let sealed = match self.writer.take() {
            Some(writer) => writer.seal().await,
            // A complete session: there is nothing to store, only an answer to repeat.
            None => Ok(Sealed {
                extents: Vec::new(),
                pin: Pin::new(()),
            }),
        };
        let sealed = match sealed {
            Ok(sealed) => sealed,
            Err(error) => {
                self.storage = Err(error);
                return Err(self.refusal(&commit).await);
            }
        };
        let peer = peer();
        if peer == Peer::Gone {
            return Err(UploadError::ClientGone);
        }
        commit.extents = sealed.extents;
        let origin = Origin {
            begun: self.begun,
            peer,
            connection: self.connection,
            telling: None,
        };
        let outcome = self.commit(commit, sealed.pin, origin).await;
        let stale = outcome
            .as_ref()
            .map_or(true, |done| is_last || done.fence != session.fence);
        if stale {
            self.shared.known.invalidate(&key);
        }
        let Committed { total, receipt, .. } = outcome?;
        Ok(Acknowledged { total, receipt })
    }

    async fn commit(
        &self,
        commit: Commit,
        pin: Pin,
        mut origin: Origin,
    ) -> Result<Committed, UploadError> {
        let shared = &self.shared;
        let (commit, pin) = match shared.committer.commit(commit, pin, origin).await? {
            Outcome::Committed(committed) => return Ok(committed),
            Outcome::Undecided(commit, pin) => (commit, pin),
        };
        let fate = shared.answers.fate(commit.session, ACKNOWLEDGED_WITHIN);
        let (_, telling) = tokio::join!(fate, self.is_telling(&commit));
        origin.telling = Some(telling?);
        match shared.committer.commit(commit, pin, origin).await? {
            Outcome::Committed(committed) => Ok(committed),
            Outcome::Undecided(..) => Err(UploadError::Internal(
                "an equal chunk was looked at, and nothing was decided",
            )),
        }
    }

    /// Reads the chunk back from the store: equal ones are too rare to measure each that comes.
    async fn is_telling(&self, commit: &Commit) -> Result<bool, UploadError> {
        let mut telling = Telling::new(commit.chunk.length);
        let mut blocks = self.shared.store.read(commit.extents.clone());
        while let Some(block) = blocks.try_next().await? {
            telling.update(&block);
        }
        Ok(telling.is_telling())
    }

    /// Why a chunk that was not stored is refused: what is wrong with its session or its owner
    /// comes before what is wrong with the chunk, and our own troubles come last.
    async fn refusal(&self, append: &Commit) -> UploadError {
        let shared = &self.shared;
        let met = match shared.repository.explain(shared.boot, append).await {
            Ok(met) => met,
            Err(error) => return error.into(),
        };
        let signs = Signs::default();
        match judge(
            append,
            met.as_ref(),
            signs,
            &self.shared.settings.switch_group,
        ) {
            Verdict::Refuse(error) => error,
            Verdict::Commit { .. } | Verdict::AnswerAgain { .. } | Verdict::Look => {
                match &self.storage {
                    Err(error) => error.clone().into(),
                    // The session's limit was raised meanwhile; the client may send the chunk again.
                    Ok(()) => UploadError::Internal("a chunk was dropped that is allowed now"),
                }
            }
        }
    }
}
