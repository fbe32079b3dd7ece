//! Opening journals, making bytes, waiting.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use chunkgate::content::{
    ContentError, Extent, MAX_BLOCK, Sealed, SegmentId, Store,
    disk::Disk,
    journal::{Directory, Journal, JournalSettings, Unobserved},
};
use futures_util::TryStreamExt;

/// Where journals lie on the test disk.
pub const PATH: &str = "/data/content";

/// A small generator of repeatable random numbers (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    pub fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    pub fn bytes(&mut self, length: usize) -> Bytes {
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            bytes.extend_from_slice(&self.next().to_le_bytes());
        }
        bytes.truncate(length);
        bytes.into()
    }
}

/// Settings for tests: the smallest segments, no cooling, no minimum of free space.
pub fn small() -> JournalSettings {
    JournalSettings {
        segment_size: JournalSettings::SMALLEST_SEGMENT,
        ready_segments: 1,
        recycled_segments: 1,
        min_free: 0,
        recycle_after: Duration::ZERO,
        ..JournalSettings::default()
    }
}

pub fn open(disk: impl Disk + Clone, settings: JournalSettings) -> Arc<Journal> {
    open_at(disk, Path::new(PATH), settings)
}

pub fn open_at(disk: impl Disk + Clone, path: &Path, settings: JournalSettings) -> Arc<Journal> {
    let directory = Directory::open(Arc::new(disk), path).unwrap();
    Journal::open(directory, settings, SegmentId(0), Arc::new(Unobserved)).unwrap()
}

pub fn segment_path(directory: &Path, segment: SegmentId) -> PathBuf {
    directory.join(format!("segment-{:016}", segment.0))
}

/// Writes `bytes` in blocks as large as they may be, and seals.
pub async fn append(store: &dyn Store, bytes: &Bytes) -> Result<Sealed, ContentError> {
    let mut writer = store.writer(Some(1));
    for start in (0..bytes.len()).step_by(MAX_BLOCK) {
        let end = bytes.len().min(start + MAX_BLOCK);
        writer.write(bytes.slice(start..end)).await?;
    }
    writer.seal().await
}

pub async fn read(store: &dyn Store, extents: &[Extent]) -> Result<Vec<u8>, ContentError> {
    collect(store.read(extents.to_vec())).await
}

pub async fn collect(
    stream: futures_util::stream::BoxStream<'static, Result<Bytes, ContentError>>,
) -> Result<Vec<u8>, ContentError> {
    stream
        .try_fold(Vec::new(), |mut all, block| async move {
            all.extend_from_slice(&block);
            Ok(all)
        })
        .await
}
