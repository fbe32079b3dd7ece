//! Noticing that a certificate was renewed.

use std::{sync::Arc, time::Duration};

use tokio::{
    task::spawn_blocking,
    time::{Instant, MissedTickBehavior, interval_at},
};
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::Certificates;
use crate::telemetry::metrics;

/// Looks at the files every `period`, until `stop`.
pub async fn watch(certificates: Arc<Certificates>, period: Duration, stop: CancellationToken) {
    metrics::certificate_expires(certificates.expires());
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let certificates = Arc::clone(&certificates);
        if let Err(panic) = spawn_blocking(move || certificates.refresh(false)).await {
            error!(error = %panic, "the certificate could not be looked at");
        }
    }
}
