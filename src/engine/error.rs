//! What can go wrong with an upload, said without the words of any protocol.

use crate::content::ContentError;

use super::repository::RepositoryError;

/// Why the engine did not do what it was asked.
///
/// It carries no wire number: each front end maps every variant in its `codes.rs`.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// No session of that name takes part in this: unknown, expired, cancelled, closed or used.
    #[error("the session is unknown, closed or over")]
    SessionNotOpen,
    /// An append without a byte.
    #[error("the chunk is empty")]
    EmptyChunk,
    /// More bytes in one append than the session takes.
    #[error("the chunk has {length} bytes and may have {limit}")]
    ChunkTooLarge {
        /// Bytes of the chunk, as far as they were counted.
        length: u64,
        /// The session's limit.
        limit: u64,
    },
    /// More bytes in all than the session takes.
    #[error("the upload would have {total} bytes and may have {limit}")]
    TotalTooLarge {
        /// Bytes with this chunk.
        total: u64,
        /// The session's limit.
        limit: u64,
    },
    /// The bytes received are not as many as the submission says.
    #[error("the upload has {received} bytes and the submission names {expected}")]
    SizeMismatch {
        /// Bytes received.
        received: u64,
        /// Bytes the submission names.
        expected: u64,
    },
    /// No such user, or not this password; which of them is nobody's business.
    #[error("wrong user or password")]
    BadCredentials,
    /// So many wrong passwords came for the account from this address that this one was not looked at.
    #[error(
        "not looked at: too many wrong passwords for this account from this address, see the settings of `accounts`"
    )]
    GuessesSlowedDown,
    /// The account is switched off.
    #[error("the account is disabled")]
    AccountDisabled,
    /// The caller's address is in none of the account's networks.
    #[error("the account may not be used from this address")]
    AddressNotAllowed,
    /// The account belongs to another switch group than this gateway.
    #[error("the account belongs to another switch group")]
    OtherSwitchGroup,
    /// The account may not send faxes.
    #[error("the account has no fax service")]
    NoFaxService,
    /// Not a primary user of its account.
    #[error("the account is not a primary one")]
    NotPrimary,
    /// The account has as many open sessions as it may.
    #[error("the account has {limit} open sessions, and may not have more")]
    TooManyOpenSessions {
        /// The account's limit.
        limit: u32,
    },
    /// The account holds as many bytes in unused uploads as it may.
    #[error(
        "the account holds {limit} bytes or more in uploads that no fax has used yet, and may not start another one"
    )]
    TooManyOpenBytes {
        /// The account's limit.
        limit: u64,
    },
    /// The address named too many sessions that do not exist.
    #[error("too many unknown sessions were named from this address")]
    TooManyUnknownSessions,
    /// The address has too many bytes under way whose session is not known yet.
    #[error("too many bytes without a session are under way from this address")]
    TooManyUnprovenBytes,
    /// Too many log-ins wait for their password to be checked.
    #[error("too many log-ins from this address wait to be checked")]
    TooManyLogIns,
    /// The client went away before its bytes were committed; nobody is left to answer.
    #[error("the client has gone")]
    ClientGone,
    /// The content store could not take, or give back, the bytes.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// The database could not be asked.
    #[error(transparent)]
    Database(#[from] RepositoryError),
    /// Something that should not happen.
    #[error("internal: {0}")]
    Internal(&'static str),
}

/// Who has to do something about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The request is wrong.
    Client,
    /// The account does not allow it.
    Account,
    /// The gateway or its disk.
    Us,
    /// The database.
    Database,
}

impl UploadError {
    /// Who has to do something about it.
    pub fn blame(&self) -> Blame {
        match self {
            Self::SessionNotOpen
            | Self::EmptyChunk
            | Self::ChunkTooLarge { .. }
            | Self::TotalTooLarge { .. }
            | Self::SizeMismatch { .. }
            | Self::TooManyUnknownSessions
            | Self::TooManyUnprovenBytes
            | Self::TooManyLogIns
            | Self::ClientGone => Blame::Client,
            Self::BadCredentials
            | Self::GuessesSlowedDown
            | Self::AccountDisabled
            | Self::AddressNotAllowed
            | Self::OtherSwitchGroup
            | Self::NoFaxService
            | Self::NotPrimary
            | Self::TooManyOpenSessions { .. }
            | Self::TooManyOpenBytes { .. } => Blame::Account,
            Self::Content(_) | Self::Internal(_) => Blame::Us,
            Self::Database(_) => Blame::Database,
        }
    }

    /// Whether the same request may succeed later without anybody changing anything.
    pub fn retry_helps(&self) -> bool {
        matches!(
            self,
            Self::Content(_)
                | Self::Database(_)
                | Self::TooManyOpenSessions { .. }
                | Self::TooManyOpenBytes { .. }
                | Self::TooManyUnknownSessions
                | Self::TooManyUnprovenBytes
                | Self::TooManyLogIns
        )
    }

    /// The value of the `reason` label in metrics and logs.
    pub fn label(&self) -> &'static str {
        match self {
            Self::SessionNotOpen => "session_not_open",
            Self::EmptyChunk => "empty_chunk",
            Self::ChunkTooLarge { .. } => "chunk_too_large",
            Self::TotalTooLarge { .. } => "total_too_large",
            Self::SizeMismatch { .. } => "size_mismatch",
            Self::BadCredentials => "bad_credentials",
            Self::GuessesSlowedDown => "guesses_slowed_down",
            Self::AccountDisabled => "account_disabled",
            Self::AddressNotAllowed => "address_not_allowed",
            Self::OtherSwitchGroup => "other_switch_group",
            Self::NoFaxService => "no_fax_service",
            Self::NotPrimary => "not_primary",
            Self::TooManyOpenSessions { .. } => "too_many_open_sessions",
            Self::TooManyOpenBytes { .. } => "too_many_open_bytes",
            Self::TooManyUnknownSessions => "too_many_unknown_sessions",
            Self::TooManyUnprovenBytes => "too_many_unproven_bytes",
            Self::TooManyLogIns => "too_many_log_ins",
            Self::ClientGone => "client_gone",
            Self::Content(_) => "content",
            Self::Database(_) => "database",
            Self::Internal(_) => "internal",
        }
    }
}
