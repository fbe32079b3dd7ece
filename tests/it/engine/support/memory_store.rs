//! A content store in memory, so that what a test proves is the engine's doing.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use chunkgate::content::{
    ContentError, Extent, Pin, Sealed, SegmentId, Store, StoreId, Usage, Writer,
};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

/// Every block that was ever sealed; a block is an extent in a segment of its own.
pub struct MemoryStore {
    id: StoreId,
    blocks: Arc<Mutex<Vec<Bytes>>>,
    broken: Mutex<Option<ContentError>>,
}

impl MemoryStore {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            id: StoreId(Uuid::new_v4()),
            blocks: Arc::default(),
            broken: Mutex::default(),
        })
    }

    /// How many blocks were ever sealed.
    pub fn sealed(&self) -> usize {
        lock(&self.blocks).len()
    }

    /// Fails every write from now on, or no more.
    pub fn fail_with(&self, error: Option<ContentError>) {
        *lock(&self.broken) = error;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Store for MemoryStore {
    fn id(&self) -> StoreId {
        self.id
    }

    fn admit(&self) -> Result<(), ContentError> {
        lock(&self.broken).clone().map_or(Ok(()), Err)
    }

    fn writer(&self, _session: Option<i64>) -> Box<dyn Writer> {
        Box::new(MemoryWriter {
            store: self.id,
            blocks: Arc::clone(&self.blocks),
            written: Vec::new(),
        })
    }

    fn read(&self, extents: Vec<Extent>) -> BoxStream<'static, Result<Bytes, ContentError>> {
        let blocks = Arc::clone(&self.blocks);
        stream::iter(extents)
            .map(move |extent| {
                let index = usize::try_from(extent.segment.0 - 1).expect("a small number");
                let block = lock(&blocks).get(index).cloned();
                let block = block.ok_or(ContentError::Missing(extent))?;
                if xxh3_128(&block) != extent.checksum || block.len() != extent.length as usize {
                    return Err(ContentError::Corrupt(extent));
                }
                Ok(block)
            })
            .boxed()
    }

    fn reclaimable(&self, _limit: usize) -> Vec<SegmentId> {
        Vec::new()
    }

    async fn reclaim(&self, _segments: Vec<SegmentId>) -> Result<u64, ContentError> {
        Ok(0)
    }

    async fn probe(&self) -> Result<(), ContentError> {
        self.admit()
    }

    fn usage(&self) -> Usage {
        Usage::default()
    }

    async fn close(&self) {}
}

struct MemoryWriter {
    store: StoreId,
    blocks: Arc<Mutex<Vec<Bytes>>>,
    written: Vec<Bytes>,
}

#[async_trait]
impl Writer for MemoryWriter {
    async fn write(&mut self, block: Bytes) -> Result<(), ContentError> {
        self.written.push(block);
        Ok(())
    }

    async fn seal(self: Box<Self>) -> Result<Sealed, ContentError> {
        let mut blocks = lock(&self.blocks);
        let extents = self.written.into_iter().map(|block| {
            let extent = Extent {
                store: self.store,
                segment: SegmentId(blocks.len() as u64 + 1),
                offset: 0,
                length: u32::try_from(block.len()).expect("a block"),
                checksum: xxh3_128(&block),
            };
            blocks.push(block);
            extent
        });
        Ok(Sealed {
            extents: extents.collect(),
            pin: Pin::new(()),
        })
    }
}
