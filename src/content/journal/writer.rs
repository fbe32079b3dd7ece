//! One append on its way into the journal.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

use super::{
    super::{ContentError, Extent, MAX_BLOCK, Pin, Sealed, SegmentId, Writer},
    append::{AppendJob, Block, Written},
    closed,
    format::RecordHeader,
    segment::{OpenSegment, SegmentPin},
    sync::SyncJob,
};

/// The journal's [`Writer`].
pub(super) struct JournalWriter {
    appends: mpsc::Sender<AppendJob>,
    syncs: mpsc::Sender<SyncJob>,
    session: Option<i64>,
    append: Uuid,
    extents: Vec<Extent>,
    /// The segments that hold the extents, each once.
    segments: Vec<(Arc<OpenSegment>, SegmentPin)>,
    /// Why nothing can be sealed any more.
    broken: Option<ContentError>,
}

impl JournalWriter {
    pub fn new(
        appends: mpsc::Sender<AppendJob>,
        syncs: mpsc::Sender<SyncJob>,
        session: Option<i64>,
    ) -> Self {
        Self {
            appends,
            syncs,
            session,
            append: Uuid::new_v4(),
            extents: Vec::new(),
            segments: Vec::new(),
            broken: None,
        }
    }

    fn check(&self) -> Result<(), ContentError> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        match self
            .segments
            .iter()
            .find(|(open, _)| open.segment.is_poisoned())
        {
            Some((open, _)) => Err(ContentError::Poisoned(open.segment.id)),
            None => Ok(()),
        }
    }

    async fn append(&self, payload: Bytes) -> Result<Written, ContentError> {
        assert!(
            (1..=MAX_BLOCK).contains(&payload.len()),
            "a block has 1 to {MAX_BLOCK} bytes"
        );
        let header = RecordHeader {
            segment: SegmentId(0),
            session: self.session,
            append: self.append,
            sequence: self.extents.len() as u64,
            length: u32::try_from(payload.len()).expect("a block is shorter than 4 GiB"),
            checksum: xxh3_128(&payload),
        };
        let (done, written) = oneshot::channel();
        let block = Block {
            header,
            payload,
            done,
        };
        self.appends
            .send(AppendJob::Append(block))
            .await
            .map_err(|_| closed())?;
        written.await.map_err(|_| closed())?
    }
}

#[async_trait]
impl Writer for JournalWriter {
    async fn write(&mut self, block: Bytes) -> Result<(), ContentError> {
        self.check()?;
        // If this call is abandoned half-way, nobody knows whether the block was written.
        let abandoned = ContentError::Unavailable("a write was abandoned".to_owned());
        self.broken = Some(abandoned);
        let written = self.append(block).await;
        self.broken = written.as_ref().err().cloned();

        let Written { extent, open, pin } = written?;
        self.extents.push(extent);
        // Segments are filled one after the other, so a known one is the last.
        if self
            .segments
            .last()
            .is_none_or(|(last, _)| last.segment.id != extent.segment)
        {
            self.segments.push((open, pin));
        }
        Ok(())
    }

    async fn seal(self: Box<Self>) -> Result<Sealed, ContentError> {
        self.check()?;
        let (segments, pins): (Vec<_>, Vec<_>) = self.segments.into_iter().unzip();
        if !segments.is_empty() {
            let (done, synced) = oneshot::channel();
            let job = SyncJob::Sync { segments, done };
            self.syncs.send(job).await.map_err(|_| closed())?;
            synced.await.map_err(|_| closed())??;
        }
        Ok(Sealed {
            extents: self.extents,
            pin: Pin::new(pins),
        })
    }
}
