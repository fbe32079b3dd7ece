//! The two halves of making a segment: a file full of zeros, and a header and a name for it.

use std::{path::Path, sync::Arc};

use super::{
    super::{ContentError, SegmentId, disk::DiskFile},
    directory::Files,
    format,
};

/// Zeros are synced in steps of this many bytes, so that a sync of records never queues behind a
/// whole segment of them.
const ZERO_STEP: usize = 1024 * 1024;

/// Creates a file of `size` zeros, written ones as long as there is no hurry.
pub(super) fn zeros(
    files: &Files,
    path: &Path,
    size: u64,
    is_hurried: impl Fn() -> bool,
) -> Result<(), ContentError> {
    let file = files
        .disk
        .create(path)
        .map_err(ContentError::io("create", path))?;
    let zeros = vec![0; ZERO_STEP];
    let mut offset = 0;
    while offset < size && !is_hurried() {
        let left = size - offset;
        let step = usize::try_from(left).map_or(ZERO_STEP, |left| left.min(ZERO_STEP));
        file.write_at(&zeros[..step], offset)
            .map_err(ContentError::io("write", path))?;
        file.sync_data().map_err(ContentError::io("sync", path))?;
        offset += step as u64;
    }
    if offset < size {
        file.allocate(size)
            .map_err(ContentError::io("allocate", path))?;
    }
    files.sync()
}

/// Makes a ready file the segment `id`. The header is durable first: a file that bears a
/// segment's name always has that segment's header.
pub(super) fn open(
    files: &Files,
    ready: &Path,
    id: SegmentId,
) -> Result<Arc<dyn DiskFile>, ContentError> {
    let file = files
        .disk
        .open_writable(ready)
        .map_err(ContentError::io("open", ready))?;
    let header = format::segment_header(files.id, id);
    file.write_at(&header, 0)
        .map_err(ContentError::io("write", ready))?;
    file.sync_data().map_err(ContentError::io("sync", ready))?;
    files.rename(ready, &files.segment(id))?;
    Ok(file)
}
