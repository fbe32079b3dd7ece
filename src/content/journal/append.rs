//! The thread that appends records to the active segment.
//!
//! One thread owns the active segment and its end, so records lie one behind the other without a
//! lock, and a disk that stalls holds up this thread and never one that serves requests.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::{
    super::{ContentError, Extent},
    Shared,
    allocate::Need,
    format::{self, RecordHeader},
    segment::{OpenSegment, SegmentPin},
};

/// What the append thread is asked for.
pub(super) enum AppendJob {
    /// Write one record.
    Append(Block),
    /// Finish what was asked before, then end.
    Stop,
}

/// A block on its way to becoming a record.
pub(super) struct Block {
    /// The record's header; its segment is not known yet.
    pub header: RecordHeader,
    pub payload: Bytes,
    pub done: oneshot::Sender<Result<Written, ContentError>>,
}

/// A record in the page cache.
pub(super) struct Written {
    pub extent: Extent,
    pub open: Arc<OpenSegment>,
    pub pin: SegmentPin,
}

/// The thread's body.
pub(super) fn run(shared: &Shared, mut jobs: mpsc::Receiver<AppendJob>) {
    let mut appender = Appender {
        shared,
        active: None,
    };
    while let Some(job) = jobs.blocking_recv() {
        match job {
            AppendJob::Append(Block {
                header,
                payload,
                done,
            }) => {
                // An append that was dropped meanwhile does not hear it, and drops the pin.
                let _ = done.send(appender.append(header, &payload));
            }
            AppendJob::Stop => jobs.close(),
        }
    }
}

struct Appender<'a> {
    shared: &'a Shared,
    active: Option<Active>,
}

/// The segment that takes records now.
struct Active {
    open: Arc<OpenSegment>,
    /// Where the next record begins.
    end: u64,
}

impl Active {
    fn takes(&self, span: u64) -> bool {
        self.end + span <= self.open.segment.length && !self.open.segment.is_poisoned()
    }
}

/// Only the appender knows which segment is active, so it says when one no longer is.
impl Drop for Active {
    fn drop(&mut self) {
        self.open.segment.retire();
    }
}

impl Appender<'_> {
    fn append(&mut self, header: RecordHeader, payload: &[u8]) -> Result<Written, ContentError> {
        let span = format::record_span(u64::from(header.length));
        let active = match self.active.take().filter(|active| active.takes(span)) {
            Some(active) => active,
            None => Active {
                open: self.shared.allocator.take()?,
                end: format::PAGE,
            },
        };
        let active = self.active.insert(active);
        let segment = &active.open.segment;
        let header = RecordHeader {
            segment: segment.id,
            ..header
        };
        let pin = segment.pin();

        if let Err(error) = write_record(self.shared, &active.open, active.end, &header, payload) {
            self.shared.poison(segment, &error);
            self.active = None;
            return Err(error);
        }
        self.shared.observer.written(payload.len() as u64);

        let extent = Extent {
            store: self.shared.files.id,
            segment: segment.id,
            offset: active.end + format::RECORD_HEADER as u64,
            length: header.length,
            checksum: header.checksum,
        };
        active.end += span;
        if active.end > segment.length / 2 {
            self.shared.allocator.need(Need::Soon);
        }
        Ok(Written {
            extent,
            open: Arc::clone(&active.open),
            pin,
        })
    }
}

fn write_record(
    shared: &Shared,
    open: &OpenSegment,
    offset: u64,
    header: &RecordHeader,
    payload: &[u8],
) -> Result<(), ContentError> {
    let file = &open.file;
    file.write_at(&header.encode(shared.files.id), offset)
        .and_then(|()| file.write_at(payload, offset + format::RECORD_HEADER as u64))
        .map_err(ContentError::io(
            "write",
            shared.files.segment(header.segment),
        ))
}
