//! Setting the gauges that nobody else sets.

use crate::telemetry::metrics::{self, PoolUsage};

use super::JobParts;

/// Sets them once.
pub async fn set(parts: JobParts) {
    let pool = parts.database.status();
    metrics::pool(PoolUsage {
        busy: pool.open.saturating_sub(pool.idle),
        idle: pool.idle,
        waiting: pool.waiting,
    });
    metrics::database_up(!parts.database.is_away());
    metrics::in_flight(parts.admission.in_flight());
    metrics::body_memory(parts.memory.used());
    let usage = parts.store.usage();
    metrics::content_usage(&usage);
    // Without an answer the last figures stand, and `database_up` says why.
    if let Ok(totals) = parts.repository.totals().await {
        metrics::open_sessions(usize::try_from(totals.open_sessions).unwrap_or(usize::MAX));
        let in_use = usage.allocated_bytes;
        metrics::dead_bytes(in_use.saturating_sub(totals.live_bytes));
    }
}
