//! The domain: sessions, chunks, accounts, limits. It knows no protocol and no SQL.
//!
//! [`UploadEngine`] is what front ends talk to.

pub mod account;
pub mod accounts;
mod answers;
mod append;
mod commit;
pub mod doubts;
mod error;
mod password;
mod reading;
pub mod repository;
pub mod session;
mod telling;
mod throttle;
mod turns;
mod unknown;
mod unproven;

use std::{
    net::{IpAddr, Ipv6Addr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures_util::Stream;
use moka::sync::Cache;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::content::SharedStore;

use account::Account;
use accounts::{Accounts, AccountsSettings, Credentials};
use commit::{Committer, CommitterParts};
use doubts::{MOST_DOUBTS, Placing, place};
use repository::{Allowance, NewSession, Repository, SessionName, Start};
use session::{
    KnownSession, SessionId, SessionKey, SessionLimits, SessionState, SessionStatus, SessionToken,
};
use unknown::UnknownSessions;
use unproven::UnprovenBytes;
pub use unproven::UnprovenLimits;

pub use answers::{
    AnswerReceipt, Answers, ConnectionId, Delivery, Evidence, Fate, Key, LostAnswer, Receipt,
};
pub use append::{Acknowledged, Append, Peer};
pub use commit::End;
pub use error::{Blame, UploadError};
pub use password::Passwords;
pub use reading::open_content;
pub use throttle::ThrottleSettings;

/// How many open sessions are remembered, so that a chunk needs no query to find its session.
const KNOWN_SESSIONS: u64 = 10_000;
/// How long one is remembered after its last chunk. The commit asks everything again, so this may
/// be stale.
const KNOWN_FOR: Duration = Duration::from_mins(1);

/// What the engine is told by the gateway's settings.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// The limits of a session whose account has none of its own.
    pub limits: SessionLimits,
    /// Open sessions an account may have, unless it has a limit of its own.
    pub max_open_sessions: u32,
    /// Bytes that an account may hold in open and complete sessions, if it has no limit of its own.
    pub max_open_bytes: u64,
    /// Accounts of other switch groups are refused.
    pub switch_group: Arc<str>,
    /// How log-ins are checked.
    pub accounts: AccountsSettings,
    /// Bytes that may be under way without a session.
    pub unproven: UnprovenLimits,
    /// Where they wait for the name of their session; made when it is needed.
    pub staging_directory: PathBuf,
    /// Unknown sessions an address may name in a minute; 0 = no limit.
    pub unknown_sessions_per_minute: u32,
}

/// A session that was just started.
#[derive(Debug)]
pub struct Started {
    /// What its client will name it by.
    pub token: SessionToken,
    /// Its number.
    pub id: SessionId,
    /// The account it belongs to.
    pub account: String,
}

/// Starts, feeds and ends upload sessions.
#[derive(Clone)]
pub struct UploadEngine {
    shared: Arc<Shared>,
}

/// What the engine's parts share.
struct Shared {
    repository: Arc<dyn Repository>,
    store: SharedStore,
    accounts: Accounts,
    answers: Answers,
    committer: Committer,
    known: Cache<SessionKey, KnownSession>,
    unknown: UnknownSessions,
    unproven: UnprovenBytes,
    boot: Uuid,
    settings: EngineSettings,
}

/// What an account may hold when nobody asks how much it holds.
const EVERYTHING: Allowance = Allowance {
    sessions: u32::MAX,
    bytes: u64::MAX,
};

impl UploadEngine {
    /// Starts an engine on the present runtime. `boot` must be registered in the database as this
    /// process. The task ends when the last handle is gone and everything is answered; only if it
    /// ends [`End::Settled`] may the database be told that this process has ended well.
    ///
    /// # Errors
    /// A message when the settings of accounts are impossible.
    pub fn start(
        repository: Arc<dyn Repository>,
        store: SharedStore,
        boot: Uuid,
        settings: EngineSettings,
    ) -> Result<(Self, JoinHandle<End>), String> {
        let accounts = Accounts::new(Arc::clone(&repository), &settings.accounts)?;
        let answers = Answers::default();
        let (committer, task) = Committer::start(CommitterParts {
            repository: Arc::clone(&repository),
            answers: answers.clone(),
            boot,
            switch_group: Arc::clone(&settings.switch_group),
        });
        let shared = Shared {
            repository,
            store,
            accounts,
            answers,
            committer,
            known: Cache::builder()
                .max_capacity(KNOWN_SESSIONS)
                .time_to_idle(KNOWN_FOR)
                .build(),
            unknown: UnknownSessions::new(settings.unknown_sessions_per_minute),
            unproven: UnprovenBytes::new(settings.unproven),
            boot,
            settings,
        };
        Ok((
            Self {
                shared: Arc::new(shared),
            },
            task,
        ))
    }

    /// Starts a session for the account of `credentials`, as asked from `address` through the
    /// front end `protocol`.
    ///
    /// # Errors
    /// What is wrong with the account, in the original service's order; then that it has too many
    /// open sessions, or that we cannot take bytes.
    pub async fn start_session(
        &self,
        credentials: &Credentials,
        address: IpAddr,
        protocol: &'static str,
    ) -> Result<Started, UploadError> {
        let shared = &self.shared;
        let account = self.log_in(credentials, address).await?;
        let limits = account.settings.limits;
        let allowance = Allowance {
            sessions: limits
                .max_open_sessions
                .unwrap_or(shared.settings.max_open_sessions),
            bytes: limits
                .max_open_bytes
                .unwrap_or(shared.settings.max_open_bytes),
        };
        let limits = limits.session_limits(shared.settings.limits);
        let (token, id, _) = self
            .open_session(&account, address, protocol, limits, allowance)
            .await?;
        Ok(Started {
            token,
            id,
            account: account.name,
        })
    }

    async fn open_session(
        &self,
        account: &Account,
        address: IpAddr,
        protocol: &'static str,
        limits: SessionLimits,
        allowance: Allowance,
    ) -> Result<(SessionToken, SessionId, SessionKey), UploadError> {
        let shared = &self.shared;
        shared.store.admit()?;
        let token = SessionToken::generate()
            .map_err(|_| UploadError::Internal("the system has no random numbers"))?;
        let session = NewSession {
            key: token.key(),
            account: account.id,
            protocol,
            client_address: address.to_canonical().to_string(),
            limits,
            allowance,
        };
        let id = match shared.repository.start(&session).await? {
            Start::Started(id) => id,
            Start::TooManySessions => {
                let limit = allowance.sessions;
                return Err(UploadError::TooManyOpenSessions { limit });
            }
            Start::TooManyBytes => {
                let limit = allowance.bytes;
                return Err(UploadError::TooManyOpenBytes { limit });
            }
        };
        let known = KnownSession {
            id,
            state: SessionState::Open,
            max_chunk: session.limits.max_chunk,
            fence: 0,
        };
        shared.known.insert(session.key, known);
        Ok((token, id, session.key))
    }

    /// Begins an append that came from `address`.
    pub fn append(&self, address: IpAddr) -> Append {
        Append::new(Arc::clone(&self.shared), address)
    }

    /// Cancels an open session, or drops a complete one that nobody has used.
    ///
    /// # Errors
    /// [`UploadError::SessionNotOpen`] if there is no such session.
    pub async fn cancel(&self, key: SessionKey, address: IpAddr) -> Result<SessionId, UploadError> {
        let shared = &self.shared;
        if !shared.known.contains_key(&key) && shared.unknown.exhausted(address) {
            return Err(UploadError::TooManyUnknownSessions);
        }
        shared.known.invalidate(&key);
        let cancelled = shared
            .repository
            .cancel(SessionName::Key(key), false)
            .await?;
        cancelled.ok_or_else(|| {
            shared.unknown.count(address);
            UploadError::SessionNotOpen
        })
    }

    /// The account of these credentials, if it may send from `address` now.
    ///
    /// # Errors
    /// What is wrong with the account, in the original service's order.
    pub async fn log_in(
        &self,
        credentials: &Credentials,
        address: IpAddr,
    ) -> Result<Account, UploadError> {
        let shared = &self.shared;
        let account = shared.accounts.log_in(credentials, address).await?;
        account.settings.may_upload(&shared.settings.switch_group)?;
        Ok(account)
    }

    /// Makes a complete session of the bytes that `append` has taken, whose client named none.
    ///
    /// # Errors
    /// As for a chunk; the account's limit of one upload is the limit of this one.
    pub async fn deposit(
        &self,
        mut append: Append,
        account: &Account,
        address: IpAddr,
        protocol: &'static str,
        peer: Peer,
    ) -> Result<SessionId, UploadError> {
        let shared = &self.shared;
        let length = append.length();
        if length == 0 {
            return Err(UploadError::EmptyChunk);
        }
        let mut limits = account
            .settings
            .limits
            .session_limits(shared.settings.limits);
        let limit = limits.max_total;
        if length > limit {
            return Err(UploadError::TotalTooLarge {
                total: length,
                limit,
            });
        }
        // It is sent in one piece, and gone at once: neither the limit of a chunk nor those of open
        // sessions are meant for it.
        limits.max_chunk = limits.max_total;
        let (_, id, key) = self
            .open_session(account, address, protocol, limits, EVERYTHING)
            .await?;
        append.name(key).await;
        match append.finish(true, || peer).await {
            Ok(done) => {
                done.receipt.delivered();
                Ok(id)
            }
            Err(error) => {
                // Best effort: it would expire.
                let _ = self
                    .shared
                    .repository
                    .cancel(SessionName::Id(id), false)
                    .await;
                Err(error)
            }
        }
    }

    /// Forgets what is remembered of a session, which somebody is about to take.
    pub fn forget(&self, key: SessionKey) {
        self.shared.known.invalidate(&key);
    }

    /// Everything about a session.
    ///
    /// # Errors
    /// [`UploadError::SessionNotOpen`] if there never was one of that name, or it is forgotten.
    pub async fn status(&self, session: SessionName) -> Result<SessionStatus, UploadError> {
        let status = self.shared.repository.status(session).await?;
        status.ok_or(UploadError::SessionNotOpen)
    }

    /// How the extents of a session are to be placed so that it is `wanted` bytes long; see
    /// [`doubts`]. `None` if that cannot be had, or not in one way only.
    ///
    /// # Errors
    /// The database's.
    pub async fn place(
        &self,
        session: SessionId,
        wanted: u64,
    ) -> Result<Option<Placing>, UploadError> {
        let repository = &self.shared.repository;
        let doubts = repository.doubts(session, MOST_DOUBTS + 1).await?;
        if doubts.is_empty() {
            return Ok(None);
        }
        let extents = repository.extents(session).await?;
        Ok(place(&extents, &doubts, wanted))
    }

    /// Streams the bytes of a session; see [`open_content`].
    pub fn open_content(
        &self,
        session: SessionId,
    ) -> impl Stream<Item = Result<Bytes, UploadError>> + Send + 'static {
        let shared = &self.shared;
        let store = Arc::clone(&shared.store);
        open_content(
            Arc::clone(&shared.repository),
            move |extents| store.read(extents),
            session,
        )
    }
}

impl Shared {
    /// The session of this key, if chunks may go to it.
    async fn find(&self, key: SessionKey, address: IpAddr) -> Result<KnownSession, UploadError> {
        if let Some(known) = self.known.get(&key) {
            return Ok(known);
        }
        if self.unknown.exhausted(address) {
            return Err(UploadError::TooManyUnknownSessions);
        }
        let Some(session) = self.repository.find(&key).await? else {
            self.unknown.count(address);
            return Err(UploadError::SessionNotOpen);
        };
        if session.state == SessionState::Open {
            self.known.insert(key, session);
        }
        Ok(session)
    }
}

/// What counts as one address where clients are counted: an IPv6 host has a whole /64 to speak from.
pub(crate) fn address_group(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let prefix = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(prefix))
        }
    }
}

/// What counts as one address where it is enough to have another one to begin anew: with IPv6 a
/// /48, which is what one customer is given at most.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}
