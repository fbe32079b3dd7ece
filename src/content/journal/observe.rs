//! What the journal tells whoever counts.

use std::time::Duration;

use super::super::{ContentError, SegmentId};

/// Hears what the journal does, for metrics and logs.
///
/// The methods are called on the journal's own threads and must not block.
pub trait Observer: Send + Sync + 'static {
    /// A record with a payload of `bytes` reached the page cache.
    fn written(&self, bytes: u64) {
        let _ = bytes;
    }

    /// One round of the sync thread made `appends` appends durable, or failed to, in `took`.
    fn synced(&self, appends: usize, took: Duration) {
        let _ = (appends, took);
    }

    /// A new segment is open for writing.
    fn opened(&self, segment: SegmentId) {
        let _ = segment;
    }

    /// A segment failed and takes no more bytes. Called once a segment; the appends that wait for
    /// it fail with [`ContentError::Poisoned`], so this is where the cause can be logged.
    fn poisoned(&self, segment: SegmentId, cause: &ContentError) {
        let _ = (segment, cause);
    }

    /// No new segment could be prepared or opened; the journal tries again by itself.
    fn unavailable(&self, cause: &ContentError) {
        let _ = cause;
    }

    /// A segment without live bytes became an empty one for later use.
    fn recycled(&self, segment: SegmentId) {
        let _ = segment;
    }

    /// A segment without live bytes was deleted.
    fn deleted(&self, segment: SegmentId) {
        let _ = segment;
    }
}

/// An observer that counts nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}
