//! Noticing that a certificate was renewed.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    task::spawn_blocking,
    time::{Instant, MissedTickBehavior, interval_at},
};
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::Certificates;
use crate::telemetry::metrics;

/// A task that looks at the files every `period`, and reads them again at a SIGHUP, until `stop`.
///
/// # Errors
/// If the signal cannot be listened for.
pub fn watch(
    certificates: Arc<Certificates>,
    period: Duration,
    stop: CancellationToken,
) -> io::Result<impl Future<Output = ()> + use<>> {
    let mut hang_ups = signal(SignalKind::hangup())?;
    metrics::certificate_expires(certificates.expires());
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    Ok(async move {
        loop {
            let anyway = tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => false,
                _ = hang_ups.recv() => true,
            };
            let certificates = Arc::clone(&certificates);
            if let Err(panic) = spawn_blocking(move || certificates.refresh(anyway)).await {
                error!(error = %panic, "the certificate could not be looked at");
            }
        }
    })
}
