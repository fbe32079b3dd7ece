//! Setting the gauges that nobody else sets.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;
use tokio::time::timeout;

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

/// How long a delivery may take to show that it works.
const PROBE_WITHIN: Duration = Duration::from_secs(10);

/// Asks every delivery whether it could take a fax now.
pub async fn probe(parts: JobParts) {
    join_all(parts.deliveries.all().map(async |delivery| {
        let works = matches!(timeout(PROBE_WITHIN, delivery.probe()).await, Ok(Ok(())));
        metrics::fax_delivery_up(delivery.name(), works);
    }))
    .await;
}

/// The states in which a fax is in the outbox.
const QUEUED: [TransactionState; 3] = [
    TransactionState::Waiting,
    TransactionState::Delivering,
    TransactionState::HandedOver,
];

/// Sets the gauges of every state, those in which nothing is included.
fn outbox(parts: &JobParts, totals: &[OutboxTotal]) {
    // Also those that are not set up here: faxes may wait for them all the same.
    let names = parts.deliveries.all().map(|it| it.name());
    let waited_for = totals.iter().map(|total| total.delivery.as_str());
    for delivery in names.chain(waited_for).collect::<BTreeSet<_>>() {
        for state in QUEUED {
            let total = totals
                .iter()
                .find(|total| total.delivery == delivery && total.state == state);
            let (count, oldest) =
                total.map_or((0, Duration::ZERO), |total| (total.count, total.oldest));
            metrics::fax_outbox(delivery, state, count, oldest);
        }
    }
}
