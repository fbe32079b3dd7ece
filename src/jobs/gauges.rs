//! Setting the gauges that nobody else sets.

use std::time::Duration;

use crate::{
    fax::{item::TransactionState, repository::OutboxTotal},
    telemetry::metrics::{self, PoolUsage},
};

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
    if let Ok(totals) = parts.faxes.outbox_totals().await {
        outbox(&parts, &totals);
    }
}

/// The states in which a fax is in the outbox.
const QUEUED: [TransactionState; 3] = [
    TransactionState::Waiting,
    TransactionState::Delivering,
    TransactionState::HandedOver,
];

/// Sets the gauges of every state, those in which nothing is included.
fn outbox(parts: &JobParts, totals: &[OutboxTotal]) {
    for delivery in parts.deliveries.all() {
        for state in QUEUED {
            let total = totals
                .iter()
                .find(|total| total.delivery == delivery.name() && total.state == state);
            let (count, oldest) =
                total.map_or((0, Duration::ZERO), |total| (total.count, total.oldest));
            metrics::fax_outbox(delivery.name(), state, count, oldest);
        }
    }
}
