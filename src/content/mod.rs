//! Where the bytes of uploads lie.
//!
//! A [`Store`] takes bytes from the engine in blocks, makes them durable and hands back
//! [`Extent`]s: the places from which they can be read again. Which session the extents belong to
//! is the engine's business; a store knows bytes, checksums and space.

pub mod disk;
mod error;
pub mod journal;

use std::{any::Any, fmt, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use uuid::Uuid;

pub use error::ContentError;

/// The identity of a content store: every extent names the store it lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct StoreId(pub Uuid);

impl fmt::Display for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number that names a segment of a store; never used twice in the life of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct SegmentId(pub u64);

impl fmt::Display for SegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A run of durable bytes in a store, and what they must hash to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The store that holds the bytes.
    pub store: StoreId,
    /// The segment of that store.
    pub segment: SegmentId,
    /// Where the first payload byte lies in the segment, in bytes.
    pub offset: u64,
    /// How many bytes; at least 1.
    pub length: u32,
    /// XXH3-128 of the bytes.
    pub checksum: u128,
}

/// Keeps the segments of a sealed append, or of a reader, from being reclaimed while it lives.
///
/// The engine holds it until the outcome of the commit that names the extents is known.
pub struct Pin(#[allow(dead_code, reason = "held for its Drop")] Box<dyn Any + Send + Sync>);

impl Pin {
    /// Wraps whatever a store uses to count its pins.
    pub fn new(guard: impl Any + Send + Sync) -> Self {
        Self(Box::new(guard))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin")
    }
}

/// What [`Writer::seal`] returns: durable extents, in the order in which their bytes were written.
#[derive(Debug)]
pub struct Sealed {
    /// The extents; their lengths add up to the bytes written. Empty if nothing was written.
    pub extents: Vec<Extent>,
    /// Keeps the extents' segments alive until they are named in the database.
    pub pin: Pin,
}

/// How much space a store uses, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Usage {
    /// Segments that hold, or may hold, live bytes.
    pub segments: u64,
    /// Segments that wait empty (zero-written) for use.
    pub ready_segments: u64,
    /// Bytes taken by all segment files.
    pub allocated_bytes: u64,
    /// Bytes free on the file system beyond `content.min_free`.
    pub free_bytes: u64,
}

/// A durable place for bytes. Any implementation passes the contract tests in
/// `tests/it/content/contract.rs`.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The identity that this store's extents carry.
    fn id(&self) -> StoreId;

    /// Says whether new bytes would be taken now; asked before a session starts or an append
    /// begins, so that a full disk is answered before space is allocated.
    ///
    /// # Errors
    /// [`ContentError::NoSpace`] below the configured minimum of free space;
    /// [`ContentError::Unavailable`] if nothing can be written at all.
    fn admit(&self) -> Result<(), ContentError>;

    /// Opens a writer for one append. Nothing is allocated until the first
    /// [`Writer::write`]. `session` is the session's internal id if it is known already; it goes
    /// into record headers for a reader without a database.
    fn writer(&self, session: Option<i64>) -> Box<dyn Writer>;

    /// Streams the bytes of `extents` in order. Each extent's checksum is compared before any of
    /// its bytes leave; after an error the stream ends. The segments are pinned while the
    /// stream lives.
    fn read(&self, extents: Vec<Extent>) -> BoxStream<'static, Result<Bytes, ContentError>>;

    /// Segments that could be reclaimed if no extent row names them: sealed, not pinned, and
    /// past their cooling time. At most `limit`, oldest first.
    fn reclaimable(&self, limit: usize) -> Vec<SegmentId>;

    /// Takes back the space of `segments`, which the caller found in no extent row. Segments that
    /// are no longer reclaimable are skipped. Returns how many were taken back.
    async fn reclaim(&self, segments: Vec<SegmentId>) -> Result<u64, ContentError>;

    /// Proves that the store works by writing a small record and making it durable.
    async fn probe(&self) -> Result<(), ContentError>;

    /// The space in use now.
    fn usage(&self) -> Usage;

    /// Finishes what is in flight and stops the store's threads. Later calls fail with
    /// [`ContentError::Unavailable`].
    async fn close(&self);
}

/// One append on its way into a store. Dropping it abandons what was written: those bytes are
/// never named by an extent and their space is reclaimed with their segment.
#[async_trait]
pub trait Writer: Send + Sync {
    /// Hands over a block of 1 byte to [`MAX_BLOCK`] bytes. Returns when the store has taken it, not when it is
    /// durable. Blocks are kept in order. After an error the writer must be dropped.
    async fn write(&mut self, block: Bytes) -> Result<(), ContentError>;

    /// Makes everything written durable; returns only then.
    async fn seal(self: Box<Self>) -> Result<Sealed, ContentError>;
}

/// The largest block a [`Writer`] takes, in bytes.
pub const MAX_BLOCK: usize = 256 * 1024;

/// A shared content store.
pub type SharedStore = Arc<dyn Store>;
