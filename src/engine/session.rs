//! Upload sessions: what names them, the states they go through, their limits.

use std::{fmt, time::Duration};

use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// The number under which the database knows a session. Not a secret; the name of a session in
/// logs and on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct SessionId(pub i64);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a client holds to name its session: 64 upper-case hexadecimal characters, 256 random bits.
///
/// Whoever knows it may write to the session, so it is kept nowhere and printed by no `Debug`.
#[derive(Clone)]
pub struct SessionToken(Zeroizing<String>);

impl SessionToken {
    /// A new token from the operating system's random numbers.
    ///
    /// # Errors
    /// If the operating system has none to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bits = Zeroizing::new([0_u8; 32]);
        getrandom::fill(&mut *bits)?;
        let mut text = Zeroizing::new(String::with_capacity(64));
        for byte in *bits {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
        Ok(Self(text))
    }

    /// The token as it goes to the client.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The key under which the database finds the session.
    pub fn key(&self) -> SessionKey {
        SessionKey::of(&self.0)
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(..)")
    }
}

/// SHA-256 of a session's token: enough to find the session, useless to whoever reads the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionKey(pub [u8; 32]);

impl SessionKey {
    /// The key of whatever a client sent as its session's name.
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}

/// Where a session is in its life.
///
/// `Open -> Complete -> Consumed`, `Open -> Consumed`, `Open | Complete -> Cancelled | Expired`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionState {
    /// Takes chunks.
    Open,
    /// The last chunk has come; a submission may name it.
    Complete,
    /// A submission has used it up.
    Consumed,
    /// Given up by its client, and its bytes are gone; or by an operator, and they are kept for a while.
    Cancelled,
    /// Its time ran out; its bytes are kept for a while.
    Expired,
}

impl SessionState {
    /// Every state, in the order of a session's life.
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::Complete,
        Self::Consumed,
        Self::Cancelled,
        Self::Expired,
    ];

    /// The state's name in the database, on the command line and in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Consumed => "consumed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// The state of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

impl fmt::Display for SessionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The limits of one session, fixed when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SessionLimits {
    /// The largest chunk, in decoded bytes.
    pub max_chunk: u64,
    /// The largest upload, in decoded bytes.
    pub max_total: u64,
    /// How long the session lives after its last chunk; whole seconds.
    #[serde(serialize_with = "as_seconds")]
    pub timeout: Duration,
}

/// What an append needs to know of a session that takes chunks, or took its last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownSession {
    /// Its number.
    pub id: SessionId,
    /// `Open`, or `Complete`: then only the last chunk sent again has an answer.
    pub state: SessionState,
    /// The largest chunk it takes, in bytes.
    pub max_chunk: u64,
    /// The fence a commit must carry.
    pub fence: i64,
}

/// Everything an operator may want to know of a session.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SessionStatus {
    /// Its number.
    pub id: SessionId,
    /// Its state; one whose time is over counts as expired although no sweep has come by yet.
    pub state: SessionState,
    /// The owner's name; none if the account is gone.
    pub account: Option<String>,
    /// The front end through which it was started.
    pub protocol: String,
    /// The address that started it.
    pub client_address: String,
    /// Bytes received so far.
    pub received: u64,
    /// Appends received so far.
    pub appends: u64,
    /// Chunks that equal the one right before them, and of which nobody can say whether they are
    /// data; see [`doubts`](super::doubts). None any more when a submission has decided.
    pub doubtful_chunks: u64,
    /// Its limits.
    pub limits: SessionLimits,
    /// When it started.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it expires, if nothing happens before.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Whether its bytes are gone although a submission took them: they were kept long enough.
    pub documents_dropped: bool,
    /// When it was consumed, cancelled or expired.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ended_at: Option<OffsetDateTime>,
    /// Since when its bytes wait to be dropped, although it was cancelled or has expired: it can be brought back.
    #[serde(with = "time::serde::rfc3339::option")]
    pub undelete_since: Option<OffsetDateTime>,
}

impl SessionStatus {
    /// Whether every byte that it received must be there.
    pub fn has_bytes(&self) -> bool {
        match self.state {
            SessionState::Open | SessionState::Complete => true,
            SessionState::Consumed => !self.documents_dropped,
            SessionState::Cancelled => self.undelete_since.is_some(),
            // Also if no sweep has come by yet.
            SessionState::Expired => self.undelete_since.is_some() || self.ended_at.is_none(),
        }
    }
}

fn as_seconds<S: serde::Serializer>(duration: &Duration, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_u64(duration.as_secs())
}
