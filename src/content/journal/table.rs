//! All segments of a journal by id.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use super::{
    super::SegmentId,
    JournalSettings,
    segment::{Segment, SegmentPin, lock},
};

/// The segments that exist. Those found here can be pinned; one that is taken out to be reclaimed
/// cannot be found any more, which is why both happen under the table's lock.
pub(super) struct Table(Mutex<BTreeMap<SegmentId, Arc<Segment>>>);

impl Table {
    pub fn new(segments: impl IntoIterator<Item = Arc<Segment>>) -> Self {
        Self(Mutex::new(
            segments
                .into_iter()
                .map(|segment| (segment.id, segment))
                .collect(),
        ))
    }

    pub fn insert(&self, segment: Arc<Segment>) {
        lock(&self.0).insert(segment.id, segment);
    }

    /// Pins a segment, if it exists.
    pub fn pin(&self, id: SegmentId) -> Option<SegmentPin> {
        lock(&self.0).get(&id).map(Segment::pin)
    }

    /// The oldest idle segments.
    pub fn idle(&self, settings: &JournalSettings, limit: usize) -> Vec<SegmentId> {
        let segments = lock(&self.0);
        let idle = segments
            .values()
            .filter(|segment| may_take(&segments, segment, settings));
        idle.map(|segment| segment.id).take(limit).collect()
    }

    /// Takes a segment out, if it is still idle.
    pub fn take_idle(&self, id: SegmentId, settings: &JournalSettings) -> Option<Arc<Segment>> {
        let mut segments = lock(&self.0);
        if !may_take(&segments, segments.get(&id)?, settings) {
            return None;
        }
        segments.remove(&id)
    }

    /// How many segments there are, and the bytes of their files.
    pub fn totals(&self) -> (u64, u64) {
        let segments = lock(&self.0);
        (
            segments.len() as u64,
            segments.values().map(|segment| segment.length).sum(),
        )
    }
}

fn may_take(
    segments: &BTreeMap<SegmentId, Arc<Segment>>,
    segment: &Segment,
    settings: &JournalSettings,
) -> bool {
    segment.is_idle(settings.recycle_after)
        && segment.id > settings.kept_to
        && newest(segments) != Some(segment.id)
}

/// The newest segment is never idle: its name on the disk is what keeps its id, and all before
/// it, from being used twice after a restart.
fn newest(segments: &BTreeMap<SegmentId, Arc<Segment>>) -> Option<SegmentId> {
    segments.last_key_value().map(|(id, _)| *id)
}
