//! The journal's settings.

use std::time::Duration;

use super::{
    super::{ContentError, SegmentId},
    format,
};

/// How a journal lays out its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalSettings {
    /// Bytes of a new segment; at least [`SMALLEST_SEGMENT`](Self::SMALLEST_SEGMENT).
    pub segment_size: u64,
    /// How many empty files are prepared ahead of use.
    pub ready_segments: usize,
    /// How many empty files are kept when segments are reclaimed; the rest are deleted. Writing
    /// zeros to a new file takes as long as writing records to it, so under a steady load this
    /// should cover what is reclaimed at once.
    pub recycled_segments: usize,
    /// Bytes that must stay free on the file system.
    pub min_free: u64,
    /// How long a segment must have been without pins before it is reclaimed. Must exceed the
    /// database's statement time-out: a statement can outlive the gateway that sent it.
    pub recycle_after: Duration,
    /// Segments up to this one are never reclaimed: this database may not know what lies in them.
    pub kept_to: SegmentId,
    /// Blocks that may wait for the append thread, each up to
    /// [`MAX_BLOCK`](super::super::MAX_BLOCK) bytes.
    pub append_queue: usize,
    /// Appends that may wait for the sync thread; also the most that share one sync.
    pub sync_queue: usize,
}

impl JournalSettings {
    /// A header page and the largest record.
    pub const SMALLEST_SEGMENT: u64 = format::SMALLEST_SEGMENT;

    /// The most ready files there are.
    pub(super) fn ready_limit(&self) -> usize {
        self.ready_segments.max(self.recycled_segments)
    }

    /// Names the first setting that is out of range.
    pub(super) fn validate(&self) -> Result<(), ContentError> {
        if self.segment_size < Self::SMALLEST_SEGMENT {
            let why = format!(
                "a segment must have at least {} bytes",
                Self::SMALLEST_SEGMENT
            );
            return Err(ContentError::Unavailable(why));
        }
        if self.append_queue == 0 || self.sync_queue == 0 {
            return Err(ContentError::Unavailable(
                "a queue must have room for one".to_owned(),
            ));
        }
        Ok(())
    }
}

impl Default for JournalSettings {
    fn default() -> Self {
        Self {
            segment_size: 64 << 20,
            ready_segments: 2,
            recycled_segments: 16,
            min_free: 512 << 20,
            recycle_after: Duration::from_mins(15),
            kept_to: SegmentId(0),
            append_queue: 64,
            sync_queue: 256,
        }
    }
}
