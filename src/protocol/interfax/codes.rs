//! The engine's errors as the numbers of the InterFAX service.

use crate::engine::UploadError;

/// How an error is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// As a result; every business error is HTTP 200 with a negative number.
    Code(i32),
    /// As 503, because nothing is wrong with the request or the session.
    ///
    /// Deviation: the original service has no word for it, and any of its codes would make a
    /// client give up its upload (`edge::unknown_sessions`, `edge::unproven`).
    Busy,
    /// Not at all: nobody is there.
    Nobody,
}

/// Wrong user or password, a disabled account, or guesses that are slowed down.
pub const AUTHENTICATION: i32 = -1003;
/// Too many requests (here: open sessions) of this user.
pub const TOO_MANY_REQUESTS: i32 = -1011;
/// No chunk, or an empty one.
pub const MISSING_CHUNK: i32 = -1061;
/// Unknown, expired, cancelled, closed or used session.
pub const WRONG_SESSION: i32 = -1062;
/// The chunk, or all chunks together, are too big.
pub const TOTAL_TOO_BIG: i32 = -1063;
/// The sizes do not match the data.
pub const SIZE_MISMATCH: i32 = -1008;
/// The caller's address is not allowed.
pub const ADDRESS: i32 = -2003;
/// The account belongs to another switch group.
pub const SWITCH_GROUP: i32 = -666;
/// The account has no fax service.
pub const NO_SERVICE: i32 = -677;
/// Not a primary user.
pub const NOT_PRIMARY: i32 = -310;
/// Any failure of ours.
pub const INTERNAL: i32 = -150;

/// The number of an error.
pub fn wire(error: &UploadError) -> Wire {
    Wire::Code(match error {
        UploadError::SessionNotOpen => WRONG_SESSION,
        UploadError::EmptyChunk => MISSING_CHUNK,
        UploadError::ChunkTooLarge { .. } | UploadError::TotalTooLarge { .. } => TOTAL_TOO_BIG,
        UploadError::SizeMismatch { .. } => SIZE_MISMATCH,
        UploadError::BadCredentials
        | UploadError::GuessesSlowedDown
        | UploadError::AccountDisabled => AUTHENTICATION,
        UploadError::AddressNotAllowed => ADDRESS,
        UploadError::OtherSwitchGroup => SWITCH_GROUP,
        UploadError::NoFaxService => NO_SERVICE,
        UploadError::NotPrimary => NOT_PRIMARY,
        UploadError::TooManyOpenSessions { .. } => TOO_MANY_REQUESTS,
        UploadError::Content(_) | UploadError::Database(_) | UploadError::Internal(_) => INTERNAL,
        UploadError::TooManyUnknownSessions
        | UploadError::TooManyUnprovenBytes
        | UploadError::TooManyLogIns => return Wire::Busy,
        UploadError::ClientGone => return Wire::Nobody,
    })
}
