//! What can go wrong with stored bytes.

use std::{io, path::PathBuf, sync::Arc};

use super::{Extent, SegmentId, StoreId};

/// A failure of a content store. None of them is the client's fault.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ContentError {
    /// Less than the configured minimum of space is free.
    #[error("only {free} bytes are free at {path}, and content.min_free asks for {minimum}")]
    NoSpace {
        /// Where the store lies.
        path: PathBuf,
        /// Bytes free now.
        free: u64,
        /// Bytes that must stay free.
        minimum: u64,
    },
    /// The store takes no bytes: it is closed, or could not open a new segment.
    #[error("the content store is unavailable: {0}")]
    Unavailable(String),
    /// The operating system refused an operation on a file.
    #[error("cannot {operation} {path}: {source}")]
    Io {
        /// What was tried, as a verb: `write`, `sync`, `open` ...
        operation: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: Arc<io::Error>,
    },
    /// A write or sync of the segment failed earlier, so nothing in it that was not durable can be trusted.
    #[error("segment {0} failed and takes no more bytes")]
    Poisoned(SegmentId),
    /// The extent's segment does not exist.
    #[error("segment {} of an extent is missing", .0.segment)]
    Missing(Extent),
    /// The extent's bytes do not hash to what was recorded.
    #[error("{} bytes at {} of segment {} have the wrong checksum", .0.length, .0.offset, .0.segment)]
    Corrupt(Extent),
    /// The extent lies in another store than this one.
    #[error("an extent lies in store {found}, but this is store {expected}")]
    OtherStore {
        /// The store that was asked.
        expected: StoreId,
        /// The store the extent names.
        found: StoreId,
    },
}

impl ContentError {
    /// Wraps an error of the operating system; for `map_err`.
    pub fn io(operation: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            operation,
            path,
            source: Arc::new(source),
        }
    }
}
