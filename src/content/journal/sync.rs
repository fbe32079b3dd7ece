//! The thread that makes appends durable.
//!
//! An append asks only after its writes have returned, so one fdatasync that begins now covers
//! everyone who has asked so far: however many writers wait, the disk flushes once a round.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use tokio::sync::{mpsc, oneshot};

use super::{
    super::{ContentError, SegmentId},
    Shared,
    segment::OpenSegment,
};

/// What the sync thread is asked for.
pub(super) enum SyncJob {
    /// Make everything written to `segments` so far durable.
    Sync {
        segments: Vec<Arc<OpenSegment>>,
        done: oneshot::Sender<Result<(), ContentError>>,
    },
    /// Finish what was asked before, then end.
    Stop,
}

/// The thread's body.
pub(super) fn run(shared: &Shared, mut jobs: mpsc::Receiver<SyncJob>) {
    let limit = jobs.max_capacity();
    let mut group = Vec::with_capacity(limit);
    while jobs.blocking_recv_many(&mut group, limit) > 0 {
        let mut appends = Vec::with_capacity(group.len());
        for job in group.drain(..) {
            match job {
                SyncJob::Sync { segments, done } => appends.push((segments, done)),
                SyncJob::Stop => jobs.close(),
            }
        }
        if !appends.is_empty() {
            sync_group(shared, appends);
        }
    }
}

type Append = (
    Vec<Arc<OpenSegment>>,
    oneshot::Sender<Result<(), ContentError>>,
);

fn sync_group(shared: &Shared, appends: Vec<Append>) {
    let began = Instant::now();
    let mut outcomes = BTreeMap::<SegmentId, Result<(), ContentError>>::new();
    for open in appends.iter().flat_map(|(segments, _)| segments) {
        outcomes
            .entry(open.segment.id)
            .or_insert_with(|| sync_segment(shared, open));
    }
    shared.observer.synced(appends.len(), began.elapsed());
    for (segments, done) in appends {
        let outcome = segments
            .iter()
            .try_for_each(|open| outcomes[&open.segment.id].clone());
        // An append that was dropped meanwhile does not hear it.
        let _ = done.send(outcome);
    }
}

/// Syncs once. A segment that failed before is not synced again: the kernel may have dropped the
/// bytes that it could not write, and would answer success.
fn sync_segment(shared: &Shared, open: &OpenSegment) -> Result<(), ContentError> {
    let id = open.segment.id;
    if open.segment.is_poisoned() {
        return Err(ContentError::Poisoned(id));
    }
    open.file.sync_data().map_err(|error| {
        let cause = ContentError::io("sync", shared.files.segment(id))(error);
        shared.poison(&open.segment, &cause);
        ContentError::Poisoned(id)
    })
}
