//! Taking back segments in which nothing lives any more.

use std::collections::HashSet;

use tracing::{info, warn};

use crate::telemetry::metrics;

use super::JobParts;

/// Segments looked at in one run.
const BATCH: usize = 256;

/// Takes back the segments that no extent names.
///
/// The store is asked first: a segment it offers has cooled longer than a statement can run, so
/// no commit that names it can still be on its way when the database is asked.
pub async fn reclaim(parts: JobParts) {
    let offered = parts.store.reclaimable(BATCH);
    if offered.is_empty() {
        return;
    }
    let marks = parts.confirmations.marks().await;
    let used = match parts
        .database
        .segments_in_use(parts.store.id(), &offered, &marks)
        .await
    {
        Ok(used) => used.into_iter().collect::<HashSet<_>>(),
        Err(error) => {
            warn!(%error, "segments could not be looked up; tried again later");
            return;
        }
    };
    let free: Vec<_> = offered
        .into_iter()
        .filter(|segment| !used.contains(segment))
        .collect();
    if free.is_empty() {
        return;
    }
    match parts.store.reclaim(free).await {
        Ok(segments) => {
            metrics::reclaimed_segments(segments);
            info!(segments, "reclaimed");
        }
        Err(error) => warn!(%error, "segments could not be reclaimed; tried again later"),
    }
}
