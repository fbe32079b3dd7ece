//! The engine's errors as the numbers of the InterFAX service.

use crate::{
    engine::UploadError,
    fax::{FaxError, image::ImageError},
};

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

/// No recipient with a valid number.
pub const NO_RECIPIENTS: i32 = -112;
/// Postponed by more than 30 days.
pub const POSTPONED_TOO_FAR: i32 = -114;
/// No valid document.
pub const NO_DOCUMENTS: i32 = -123;
/// The transaction is somebody else's.
pub const SOMEBODY_ELSES: i32 = -311;
/// Neither items nor statistics were asked for.
pub const NOTHING_ASKED: i32 = -710;
/// The numbers of types and sizes differ.
pub const TYPES_AND_SIZES: i32 = -1002;
/// A document without a type.
pub const MISSING_TYPE: i32 = -1004;
/// No such transaction, or none that could still be changed so.
pub const NO_TRANSACTION: i32 = -1005;
/// A size that is no positive number.
pub const BAD_SIZE: i32 = -1007;
/// No image of the documents.
pub const NO_IMAGE: i32 = -1009;
/// A type with both /AB and /PB.
pub const AMBIGUOUS_TYPE: i32 = -1010;
/// A query that makes no sense.
pub const BAD_QUERY: i32 = -1030;
/// Too many documents.
pub const TOO_MANY_DOCUMENTS: i32 = -1059;
/// Sent again too often.
pub const TOO_MANY_RESENDS: i32 = -1066;

/// How many items a client that asks for so many gets; below 0 there is no limit of its own.
pub fn most_items(asked: i32) -> u32 {
    u32::try_from(asked).unwrap_or(u32::MAX)
}

/// How an error of the faxes is told.
pub fn fax_wire(error: &FaxError) -> Wire {
    Wire::Code(match error {
        FaxError::Upload(error) => return wire(error),
        FaxError::Busy | FaxError::NoImage(ImageError::AllPlacesTaken { .. }) => {
            return Wire::Busy;
        }
        FaxError::NoRecipient | FaxError::TooManyRecipients { .. } => NO_RECIPIENTS,
        FaxError::MissingType => MISSING_TYPE,
        FaxError::TypesAndSizesDiffer { .. } => TYPES_AND_SIZES,
        FaxError::AmbiguousType => AMBIGUOUS_TYPE,
        FaxError::TooManyDocuments { .. } => TOO_MANY_DOCUMENTS,
        FaxError::NoDocument | FaxError::UnknownType(_) => NO_DOCUMENTS,
        FaxError::PostponedTooFar => POSTPONED_TOO_FAR,
        FaxError::NoSuchTransaction(_) | FaxError::NotWaiting(_) => NO_TRANSACTION,
        FaxError::SomebodyElses(_) => SOMEBODY_ELSES,
        FaxError::TooManyResends(..) => TOO_MANY_RESENDS,
        FaxError::NoImage(ImageError::Io { .. }) | FaxError::CancellationPending(_) => INTERNAL,
        FaxError::DocumentsDropped(_) | FaxError::NoImage(_) => NO_IMAGE,
        FaxError::TooManyPolls | FaxError::TooManyQueries => TOO_MANY_REQUESTS,
    })
}

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
        UploadError::TooManyOpenSessions { .. } | UploadError::TooManyOpenBytes { .. } => {
            TOO_MANY_REQUESTS
        }
        UploadError::Content(_) | UploadError::Database(_) | UploadError::Internal(_) => INTERNAL,
        UploadError::TooManyUnknownSessions
        | UploadError::TooManyUnprovenBytes
        | UploadError::TooManyLogIns => return Wire::Busy,
        UploadError::ClientGone => return Wire::Nobody,
    })
}
