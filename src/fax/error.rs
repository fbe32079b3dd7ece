//! What can go wrong with a fax, said without the words of any protocol.

use crate::engine::{Blame, UploadError, repository::RepositoryError};

use super::{image::ImageError, item::TransactionId};

/// Why a fax was not done, found or changed as asked.
///
/// It carries no wire number: each front end maps every variant in its `codes.rs`.
#[derive(Debug, thiserror::Error)]
pub enum FaxError {
    /// What is wrong with the account, the upload or the document data.
    #[error(transparent)]
    Upload(#[from] UploadError),
    /// No fax number, or none that can be dialled.
    #[error("no recipient has a number that can be dialled")]
    NoRecipient,
    /// More recipients than a submission may have.
    #[error("the submission has {count} recipients and may have {limit} (fax.max_recipients)")]
    TooManyRecipients {
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A document has no type.
    #[error("a document has no type")]
    MissingType,
    /// There are more sizes than types, or more types than sizes.
    #[error("the submission names {types} types and {sizes} sizes")]
    TypesAndSizesDiffer {
        /// Types.
        types: usize,
        /// Sizes.
        sizes: usize,
    },
    /// A type with switches that exclude one another.
    #[error("a document's type has both /AB and /PB")]
    AmbiguousType,
    /// More documents than a submission may have.
    #[error("the submission has {count} documents and may have {limit} (fax.max_documents)")]
    TooManyDocuments {
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// No bytes.
    #[error("there is no document")]
    NoDocument,
    /// A type that is not among `fax.file_types`.
    #[error("documents of type {0} are not taken (fax.file_types)")]
    UnknownType(String),
    /// Not within the days ahead that are allowed.
    #[error("it is postponed by more than 30 days")]
    PostponedTooFar,
    /// No transaction of that number, or none in a state in which it could be done.
    #[error("there is no transaction {0}")]
    NoSuchTransaction(TransactionId),
    /// The transaction is another account's.
    #[error("transaction {0} is somebody else's")]
    SomebodyElses(TransactionId),
    /// The transaction is over, or on its way out.
    #[error("transaction {0} does not wait any more")]
    NotWaiting(TransactionId),
    /// The transaction was sent again too often.
    #[error("transaction {0} was sent again {1} times already")]
    TooManyResends(TransactionId, u64),
    /// The documents are dropped.
    #[error("the documents of transaction {0} are not kept any more (fax.keep_documents)")]
    DocumentsDropped(TransactionId),
    /// No image can be made of the documents.
    #[error(transparent)]
    NoImage(#[from] ImageError),
    /// The account asks for the status of its faxes too often.
    #[error("the account asks more often than fax.status_polls_per_minute")]
    TooManyPolls,
    /// The account has as many queries under way as it may.
    #[error(
        "other queries of the account, or of all accounts, are still under way: ask again later, or raise pool.queries"
    )]
    TooManyQueries,
    /// So many equal submissions came at once that this one was not looked at.
    #[error("an equal submission has been under way for too long")]
    Busy,
    /// A cancellation is under way and not done yet.
    #[error("transaction {0} is being taken back from its delivery, which takes long")]
    CancellationPending(TransactionId),
}

impl From<RepositoryError> for FaxError {
    fn from(error: RepositoryError) -> Self {
        Self::Upload(error.into())
    }
}

impl FaxError {
    /// Who has to do something about it.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Upload(error) => error.blame(),
            Self::NoRecipient
            | Self::TooManyRecipients { .. }
            | Self::MissingType
            | Self::TypesAndSizesDiffer { .. }
            | Self::AmbiguousType
            | Self::TooManyDocuments { .. }
            | Self::NoDocument
            | Self::UnknownType(_)
            | Self::PostponedTooFar
            | Self::NoSuchTransaction(_)
            | Self::SomebodyElses(_)
            | Self::NotWaiting(_)
            | Self::TooManyResends(..)
            | Self::DocumentsDropped(_)
            | Self::TooManyPolls
            | Self::TooManyQueries
            | Self::Busy => Blame::Client,
            Self::NoImage(error) => match error {
                ImageError::NoGhostscript { .. } | ImageError::Io { .. } => Blame::Us,
                ImageError::UnsupportedKind { .. }
                | ImageError::TiffAmongOthers
                | ImageError::NotTiff
                | ImageError::AllPlacesTaken { .. }
                | ImageError::TooLong { .. }
                | ImageError::TooLarge { .. }
                | ImageError::NoPages
                | ImageError::Failed { .. } => Blame::Client,
            },
            Self::CancellationPending(_) => Blame::Us,
        }
    }

    /// The value of the `error` label in metrics and logs.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Upload(error) => error.label(),
            Self::NoRecipient => "no_recipient",
            Self::TooManyRecipients { .. } => "too_many_recipients",
            Self::MissingType => "missing_type",
            Self::TypesAndSizesDiffer { .. } => "types_and_sizes_differ",
            Self::AmbiguousType => "ambiguous_type",
            Self::TooManyDocuments { .. } => "too_many_documents",
            Self::NoDocument => "no_document",
            Self::UnknownType(_) => "unknown_type",
            Self::PostponedTooFar => "postponed_too_far",
            Self::NoSuchTransaction(_) => "no_such_transaction",
            Self::SomebodyElses(_) => "somebody_elses",
            Self::NotWaiting(_) => "not_waiting",
            Self::TooManyResends(..) => "too_many_resends",
            Self::DocumentsDropped(_) => "documents_dropped",
            Self::NoImage(_) => "no_image",
            Self::TooManyPolls => "too_many_polls",
            Self::TooManyQueries => "too_many_queries",
            Self::Busy => "busy",
            Self::CancellationPending(_) => "cancellation_pending",
        }
    }
}
