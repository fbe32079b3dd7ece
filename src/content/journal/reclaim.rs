//! Taking back the space of segments that no extent row names.

use std::io;

use super::{
    super::{ContentError, SegmentId},
    Shared,
    segment::Segment,
};

/// Recycles or deletes those of `segments` that are still idle; returns how many. One that fails
/// does not keep the others from their turn.
pub(super) fn reclaim(shared: &Shared, segments: &[SegmentId]) -> Result<u64, ContentError> {
    let mut reclaimed = 0;
    let mut outcome = Ok(());
    for &id in segments {
        let Some(segment) = shared.table.take_idle(id, &shared.settings) else {
            continue;
        };
        if let Err(error) = take_back(shared, &segment) {
            // Under which name its file lies now is unknown: another round may only delete it.
            segment.poison();
            shared.table.insert(segment);
            outcome = outcome.and(Err(error));
        } else {
            reclaimed += 1;
        }
    }
    outcome.map(|()| reclaimed)
}

/// A segment that failed lies on a part of the disk that is not to be trusted again, and one of
/// another size was made under other settings: only the rest are used again.
fn take_back(shared: &Shared, segment: &Segment) -> Result<(), ContentError> {
    let path = shared.files.segment(segment.id);
    let alike = segment.length == shared.settings.segment_size;
    if segment.is_poisoned() || !alike || !shared.allocator.keeps_another() {
        match shared.files.disk.remove(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(ContentError::io("remove", path)(error));
            }
            Ok(()) | Err(_) => {}
        }
        shared.files.sync()?;
        shared.observer.deleted(segment.id);
    } else {
        let ready = shared.allocator.name_ready();
        shared.files.rename(&path, &ready)?;
        shared.allocator.add_ready(ready);
        shared.observer.recycled(segment.id);
    }
    Ok(())
}
