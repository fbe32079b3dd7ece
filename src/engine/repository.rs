//! What the engine needs of the database, as a trait: rows in, rows out, no protocol, no SQL.

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use crate::content::Extent;

use super::{
    account::{Account, AccountId, AccountSettings},
    doubts::DoubtfulChunk,
    session::{KnownSession, SessionId, SessionKey, SessionLimits, SessionState, SessionStatus},
};

/// Why the database gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RepositoryError {
    /// The statement was never sent: no connection could be had.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The statement was sent and nobody knows whether it took effect.
    #[error("the connection to the database broke while a statement was under way: {0}")]
    OutcomeUnknown(String),
    /// The database refused the statement; nothing was changed.
    #[error("the database refused a statement: {message}")]
    Refused {
        /// The constraint that was violated, if it was one.
        constraint: Option<String>,
        /// What the server said.
        message: String,
    },
    /// This process is not registered as a gateway any more; nothing was changed.
    #[error("another gateway has taken this one's place in the database")]
    Replaced,
    /// A row that makes no sense.
    #[error("the database holds a row that makes no sense: {0}")]
    Corrupt(String),
}

/// A session about to be started.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its key.
    pub key: SessionKey,
    /// Its owner.
    pub account: AccountId,
    /// The front end's name.
    pub protocol: &'static str,
    /// Who starts it.
    pub client_address: String,
    /// Its limits.
    pub limits: SessionLimits,
    /// What else the owner may hold.
    pub allowance: Allowance,
}

/// What an account may hold in sessions when it starts another one.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// Open sessions.
    pub sessions: u32,
    /// Bytes in open and complete sessions.
    pub bytes: u64,
}

/// What came of starting a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// It is open.
    Started(SessionId),
    /// Its owner has too many open.
    TooManySessions,
    /// Its owner holds too many bytes.
    TooManyBytes,
}

/// One sealed append that waits to be committed.
#[derive(Clone, Debug)]
pub struct Commit {
    /// To which session.
    pub session: SessionId,
    /// The fence the session had when it was looked up.
    pub fence: i64,
    /// Its bytes.
    pub chunk: ChunkFacts,
    /// Whether it closes the session.
    pub is_last: bool,
    /// What it is if it equals the append before.
    pub if_equal: IfEqual,
    /// Where the bytes lie; lengths add up to `chunk.length`. Empty when the session is complete
    /// and the bytes were only compared.
    pub extents: Vec<Extent>,
}

/// What an append is that equals the one right before it: the next bytes, or those sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfEqual {
    /// Not decided: it is not committed.
    Undecided,
    /// The next bytes, if `boot` gave the answer to the append before: it came on the connection
    /// of that answer.
    Next,
    /// Probably the next bytes: they are stored, and the doubt is noted. Decided for a session
    /// that has had so many appends; not committed if there were more.
    Doubtful(u64),
}

/// What tells one chunk from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkFacts {
    /// Bytes.
    pub length: u64,
    /// XXH3-128 of the bytes.
    pub digest: u128,
}

/// What an append met that was not committed.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The session's state; `Expired` when its time is over.
    pub state: SessionState,
    /// Bytes it has.
    pub received: u64,
    /// Its limits, in bytes.
    pub max_chunk: u64,
    /// See `max_chunk`.
    pub max_total: u64,
    /// Of the bytes it has, those that may have been sent twice; they do not count against
    /// `max_total`.
    pub doubtful: u64,
    /// How many appends it has had.
    pub appends: u64,
    /// Its present fence.
    pub fence: i64,
    /// What the owner may; none if the account is gone.
    pub owner: Option<AccountSettings>,
    /// The database knows that the answer to the append before may be lost.
    pub suspect: bool,
    /// That answer was given by the process that asks.
    pub ours: bool,
    /// The append equals the one before.
    pub equal: bool,
}

/// How an append is answered again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Again {
    /// How many appends the session had when that was decided.
    pub appends: u64,
    /// Whether the client waits for this answer, so that it replaces the one before. Else what is
    /// known of that one stays as it is.
    pub is_awaited: bool,
    /// Whether it may have been the next bytes all the same: that is noted.
    pub is_doubtful: bool,
}

/// Sessions of a list, filtered.
#[derive(Clone, Debug, Default)]
pub struct SessionFilter {
    /// Only this account's.
    pub account: Option<String>,
    /// Only these.
    pub state: Option<SessionState>,
    /// Only those older than this one.
    pub before: Option<SessionId>,
}

/// Counts for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Open sessions.
    pub open_sessions: u64,
    /// Bytes that extents name.
    pub live_bytes: u64,
}

/// Rows of sessions, extents and accounts.
///
/// Every method is one statement, or says why it is more. Implementations need not check
/// anything that the engine checks; the conditions of a commit they must repeat, because two
/// gateways may race. Whatever a `boot` does takes effect only while it is registered; otherwise
/// it is [`RepositoryError::Replaced`].
#[async_trait]
pub trait Repository: Send + Sync + 'static {
    /// Starts a session, unless its owner holds too much already.
    async fn start(&self, session: &NewSession) -> Result<Start, RepositoryError>;

    /// The session with this key, if it is open or complete and its time is not over.
    async fn find(&self, key: &SessionKey) -> Result<Option<KnownSession>, RepositoryError>;

    /// Commits a group of appends to distinct sessions in one statement. Returns the new totals
    /// of those that were committed; the others met something, see [`Repository::explain`].
    async fn commit(
        &self,
        boot: Uuid,
        group: &[Commit],
    ) -> Result<Vec<(SessionId, u64)>, RepositoryError>;

    /// Says what an append met; `None` when there is no such session. Changes nothing.
    async fn explain(
        &self,
        boot: Uuid,
        append: &Commit,
    ) -> Result<Option<Explanation>, RepositoryError>;

    /// Takes note that the session's last append is answered again, and returns its total;
    /// `None` if it is not the one that `append` repeats any more.
    async fn answer_again(
        &self,
        boot: Uuid,
        append: &Commit,
        again: Again,
    ) -> Result<Option<u64>, RepositoryError>;

    /// Finds out whether an append whose outcome is unknown was committed, and makes sure that it
    /// will not be later. Two statements: the second must see what the first waited for.
    async fn resolve(&self, boot: Uuid, append: &Commit) -> Result<Option<u64>, RepositoryError>;

    /// Notes that the answer `total`, given by `boot` to the session's last append, did not reach
    /// its client.
    async fn mark_suspect(
        &self,
        boot: Uuid,
        session: SessionId,
        total: u64,
    ) -> Result<(), RepositoryError>;

    /// Cancels an open or complete session; `None` if there is none. Its bytes are given up, unless it shall be
    /// possible to [bring it back](Repository::undelete) for a while.
    async fn cancel(
        &self,
        session: SessionName,
        undeletable: bool,
    ) -> Result<Option<SessionId>, RepositoryError>;

    /// Brings back a session that has expired, or was cancelled so that it can be; `None` if it is not there, alive, or
    /// its bytes are dropped.
    async fn undelete(&self, session: SessionName) -> Result<Option<SessionId>, RepositoryError>;

    /// Drops the bytes of up to `limit` sessions that can have been brought back for `after`; returns how many.
    async fn drop_undeletable(&self, after: Duration, limit: u32) -> Result<u64, RepositoryError>;

    /// Everything about one session.
    async fn status(&self, session: SessionName) -> Result<Option<SessionStatus>, RepositoryError>;

    /// The newest `limit` sessions that pass the filter.
    async fn list(
        &self,
        filter: &SessionFilter,
        limit: u32,
    ) -> Result<Vec<SessionStatus>, RepositoryError>;

    /// The extents of a session in the order of their bytes.
    async fn extents(&self, session: SessionId) -> Result<Vec<Extent>, RepositoryError>;

    /// Up to `limit` of the chunks in doubt of a session.
    async fn doubts(
        &self,
        session: SessionId,
        limit: u32,
    ) -> Result<Vec<DoubtfulChunk>, RepositoryError>;

    /// The next `limit` sessions after one that have bytes.
    async fn sessions_with_content(
        &self,
        after: SessionId,
        limit: u32,
    ) -> Result<Vec<SessionId>, RepositoryError>;

    /// Expires up to `limit` sessions whose time is over; returns which. They can be brought back for a while.
    async fn expire(&self, limit: u32) -> Result<Vec<SessionId>, RepositoryError>;

    /// Deletes up to `limit` sessions that ended longer ago than `retention`; returns how many.
    async fn delete_ended(&self, retention: Duration, limit: u32) -> Result<u64, RepositoryError>;

    /// Counts for metrics.
    async fn totals(&self) -> Result<Totals, RepositoryError>;

    /// The account of that name, without regard to case.
    async fn account(&self, name: &str) -> Result<Option<Account>, RepositoryError>;

    /// The next `limit` accounts by name after `after`.
    async fn accounts(&self, after: &str, limit: u32) -> Result<Vec<Account>, RepositoryError>;

    /// Adds an account; `None` if the name is taken.
    async fn add_account(
        &self,
        name: &str,
        password_hash: &str,
        settings: &AccountSettings,
    ) -> Result<Option<AccountId>, RepositoryError>;

    /// Replaces an account's hash and settings; whether there was one.
    async fn update_account(
        &self,
        account: AccountId,
        password_hash: &str,
        settings: &AccountSettings,
    ) -> Result<bool, RepositoryError>;

    /// Removes an account; `false` if uploads of it are alive, or there is none.
    async fn remove_account(&self, account: AccountId) -> Result<bool, RepositoryError>;
}

/// What names a session: its number, or what its client holds.
#[derive(Clone, Copy, Debug)]
pub enum SessionName {
    /// The number in the database.
    Id(SessionId),
    /// The key of the client's token.
    Key(SessionKey),
}
