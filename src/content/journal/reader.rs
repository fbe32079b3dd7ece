//! Reading extents, with or without a journal that writes.

use std::{collections::BTreeMap, io, path::Path, sync::Arc};

use bytes::Bytes;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use xxhash_rust::xxh3::xxh3_128;

use super::{
    super::{ContentError, Extent, MAX_BLOCK, SegmentId, StoreId, disk::Disk},
    MarkFile, PROBE,
    directory::{FileName, Files},
    walk::Walk,
};

/// Extents that one stream reads ahead of its consumer; each is at most [`MAX_BLOCK`] bytes.
const READ_AHEAD: usize = 2;

/// A journal's directory opened for reading only. It takes no lock, so it works while a gateway
/// writes; and it pins nothing, so a segment may vanish or be used again under its hands, which
/// shows as [`ContentError::Missing`] or [`ContentError::Corrupt`]: fetch the extents anew and
/// try once more.
#[derive(Clone)]
pub struct JournalReader {
    files: Files,
}

impl JournalReader {
    /// Opens the directory. Blocks on the disk.
    ///
    /// # Errors
    /// [`ContentError::Io`] if there is no store id, or it cannot be read.
    pub fn open(disk: Arc<dyn Disk>, path: &Path) -> Result<Self, ContentError> {
        Ok(Self {
            files: Files::unlocked(disk, path)?,
        })
    }

    pub(super) fn of(files: &Files) -> Self {
        Self {
            files: files.clone(),
        }
    }

    /// The mark by which its database recognises it.
    pub fn mark(&self) -> MarkFile {
        MarkFile::of(&self.files)
    }

    /// The identity of the store.
    pub fn id(&self) -> StoreId {
        self.files.id
    }

    /// Streams the bytes of `extents` like [`Store::read`](super::super::Store::read).
    pub fn read(&self, extents: Vec<Extent>) -> BoxStream<'static, Result<Bytes, ContentError>> {
        read(self.files.clone(), extents, ())
    }

    /// The segments that exist, oldest first, with the bytes of their files. Blocks on the disk.
    pub fn segments(&self) -> Result<BTreeMap<SegmentId, u64>, ContentError> {
        let files = self.files.list()?.into_iter();
        let segments = files.filter_map(|(name, entry)| match name {
            FileName::Segment(id) => Some((id, entry.length)),
            FileName::Ready(_) | FileName::Other => None,
        });
        Ok(segments.collect())
    }

    /// Whether anything but probes was ever stored. Reads up to the first such record. Blocks on the disk.
    pub fn holds_records(&self) -> Result<bool, ContentError> {
        let probe = xxh3_128(PROBE);
        for segment in self.segments()?.into_keys() {
            for record in self.walk(segment)? {
                let record = record?;
                if record.session.is_some() || record.extent.checksum != probe {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Walks the records of one segment. Blocks on the disk, as does the iterator.
    ///
    /// # Errors
    /// [`ContentError::Io`] if the segment cannot be opened, or does not begin with its own
    /// header.
    pub fn walk(&self, segment: SegmentId) -> Result<Walk, ContentError> {
        Walk::open(&self.files, segment)
    }
}

/// Streams extents in order. `keep` lives as long as the stream.
///
/// Each extent is read by a blocking task of its own rather than by one that runs through them
/// all: a consumer that is slow holds a few blocks of memory, never a thread.
pub(super) fn read(
    files: Files,
    extents: Vec<Extent>,
    keep: impl Send + 'static,
) -> BoxStream<'static, Result<Bytes, ContentError>> {
    let files = Arc::new(files);
    stream::iter(extents)
        .map(move |extent| {
            let files = Arc::clone(&files);
            async move {
                let task = tokio::task::spawn_blocking(move || read_extent(&files, &extent));
                task.await
                    .unwrap_or_else(|error| Err(ContentError::Unavailable(error.to_string())))
            }
        })
        .buffered(READ_AHEAD)
        .scan((false, keep), |(failed, _), block| {
            let before = std::mem::replace(failed, block.is_err());
            std::future::ready((!before).then_some(block))
        })
        .boxed()
}

/// Reads one extent and checks that its bytes are the ones recorded.
fn read_extent(files: &Files, extent: &Extent) -> Result<Bytes, ContentError> {
    if extent.store != files.id {
        return Err(ContentError::OtherStore {
            expected: files.id,
            found: extent.store,
        });
    }
    let length = extent.length as usize;
    // A longer record was never written; do not allocate what a damaged row asks for.
    if length > MAX_BLOCK {
        return Err(ContentError::Corrupt(*extent));
    }
    let path = files.segment(extent.segment);
    let mut block = vec![0; length];
    let read = files
        .disk
        .open(&path)
        .and_then(|file| file.read_at(&mut block, extent.offset));
    match read {
        Ok(()) if xxh3_128(&block) == extent.checksum => Ok(block.into()),
        Ok(()) => Err(ContentError::Corrupt(*extent)),
        Err(error) => Err(match error.kind() {
            io::ErrorKind::NotFound => ContentError::Missing(*extent),
            io::ErrorKind::UnexpectedEof => ContentError::Corrupt(*extent),
            _ => ContentError::io("read", path)(error),
        }),
    }
}
