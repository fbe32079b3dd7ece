//! What a start makes of the files it finds.
//!
//! No record is read: the database says which extents count, each extent carries its checksum,
//! and writing begins in a new segment, so that nothing a crash left behind is ever appended to.

use std::{collections::VecDeque, path::PathBuf, sync::Arc};

use super::{
    super::{ContentError, SegmentId},
    JournalSettings,
    directory::{FileName, Files},
    segment::Segment,
};

/// What was found.
pub(super) struct Recovered {
    pub segments: Vec<Arc<Segment>>,
    pub ready: VecDeque<PathBuf>,
    /// The number in the name of the next ready file.
    pub next_ready: u64,
    /// The greatest segment id on the disk; 0 if there is none.
    pub last_id: SegmentId,
}

/// Takes stock. Ready files that are not of a segment's size (a crash cut their zeros short, or
/// the setting changed) or are more than would be kept are removed.
pub(super) fn recover(
    files: &Files,
    settings: &JournalSettings,
) -> Result<Recovered, ContentError> {
    let mut found = Recovered {
        segments: Vec::new(),
        ready: VecDeque::new(),
        next_ready: 0,
        last_id: SegmentId(0),
    };
    for (name, entry) in files.list()? {
        match name {
            FileName::Segment(id) => {
                found.last_id = found.last_id.max(id);
                found.segments.push(Segment::retired(id, entry.length));
            }
            FileName::Ready(number) => {
                found.next_ready = found.next_ready.max(number + 1);
                let path = files.ready(number);
                if entry.length == settings.segment_size
                    && found.ready.len() < settings.ready_limit()
                {
                    found.ready.push_back(path);
                } else {
                    files
                        .disk
                        .remove(&path)
                        .map_err(ContentError::io("remove", path))?;
                }
            }
            FileName::Other => {}
        }
    }
    Ok(found)
}
