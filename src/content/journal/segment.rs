//! A segment: its pins, its health, and whether its space can be taken back.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::super::{SegmentId, disk::DiskFile};

/// Locks a mutex whose critical sections do not panic.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A segment that holds, or may hold, live bytes.
pub(super) struct Segment {
    pub id: SegmentId,
    /// The file's length in bytes.
    pub length: u64,
    poisoned: AtomicBool,
    life: Mutex<Life>,
}

struct Life {
    /// It is being written, or waits to be.
    writable: bool,
    pins: usize,
    /// When the last pin was dropped, or writing ended.
    idle_since: Instant,
}

impl Segment {
    /// A segment that is about to be written.
    pub fn writable(id: SegmentId, length: u64) -> Arc<Self> {
        Self::new(id, length, true)
    }

    /// A segment that an earlier run of the gateway left.
    pub fn retired(id: SegmentId, length: u64) -> Arc<Self> {
        Self::new(id, length, false)
    }

    fn new(id: SegmentId, length: u64, writable: bool) -> Arc<Self> {
        let life = Life {
            writable,
            pins: 0,
            idle_since: Instant::now(),
        };
        let poisoned = AtomicBool::new(false);
        Arc::new(Self {
            id,
            length,
            poisoned,
            life: Mutex::new(life),
        })
    }

    /// Keeps the segment from being reclaimed while the pin lives.
    pub fn pin(self: &Arc<Self>) -> SegmentPin {
        lock(&self.life).pins += 1;
        SegmentPin(Arc::clone(self))
    }

    /// Ends writing; the segment cools from now on.
    pub fn retire(&self) {
        let mut life = lock(&self.life);
        life.writable = false;
        life.idle_since = Instant::now();
    }

    /// Whether nothing in this process needs it, and has not for `recycle_after`.
    pub fn is_idle(&self, recycle_after: Duration) -> bool {
        let life = lock(&self.life);
        !life.writable && life.pins == 0 && life.idle_since.elapsed() >= recycle_after
    }

    /// Marks that a write or sync failed; true for the first to say so.
    pub fn poison(&self) -> bool {
        !self.poisoned.swap(true, Ordering::AcqRel)
    }

    pub fn is_poisoned(&self) -> bool {
        self.poisoned.load(Ordering::Acquire)
    }
}

/// See [`Segment::pin`].
pub(super) struct SegmentPin(Arc<Segment>);

impl Drop for SegmentPin {
    fn drop(&mut self) {
        let mut life = lock(&self.0.life);
        life.pins -= 1;
        life.idle_since = Instant::now();
    }
}

/// A segment with its file, while it is written and synced.
///
/// All writes and syncs go through this one open file: the kernel reports a failed write-back
/// once to each, so a file opened later could miss it.
pub(super) struct OpenSegment {
    pub segment: Arc<Segment>,
    pub file: Arc<dyn DiskFile>,
}
