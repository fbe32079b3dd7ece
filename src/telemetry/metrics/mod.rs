//! Counters, gauges and histograms, and their Prometheus text.

pub mod names;
mod record;

use std::{sync::OnceLock, time::Duration};

use metrics::{counter, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

pub use record::{
    Answer, Clock, HandOver, PoolUsage, Refusal, body_memory, certificate_expires,
    certificate_read, clock_held_back, clock_jump, commit_group, content_usage, database_up,
    dead_bytes, expired_sessions, fax_delivery_up, fax_ended, fax_error, fax_hand_over, fax_outbox,
    handshake, in_flight, log_lines_lost, open_sessions, operation, panicked, poisoned_segment,
    pool, reclaimed_segments, refused, repeated_chunk, sync_group, upload_error,
};

use names::Kind;

/// How often observations move from the recorder's queues into histograms. The queues grow with
/// traffic until then.
const UPKEEP: Duration = Duration::from_secs(5);

/// Reads what has been recorded.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Starts recording in this process. Later calls return the same metrics, so that several
    /// gateways in one process (as in tests) share them.
    pub fn install() -> Self {
        static INSTALLED: OnceLock<Metrics> = OnceLock::new();
        INSTALLED
            .get_or_init(|| {
                let (recorder, metrics) = Self::recorder();
                metrics::with_local_recorder(&recorder, describe);
                metrics::set_global_recorder(recorder)
                    .expect("nothing else in this process records metrics");
                metrics
            })
            .clone()
    }

    /// A recorder that is not installed, and the metrics it records.
    fn recorder() -> (PrometheusRecorder, Self) {
        let mut builder = PrometheusBuilder::new();
        for metric in names::ALL {
            if let Kind::Histogram(bounds) = metric.kind {
                let matcher = Matcher::Full(metric.name.to_owned());
                builder = builder
                    .set_buckets_for_metric(matcher, bounds)
                    .expect("every histogram has bounds");
            }
        }
        let recorder = builder.build_recorder();
        let metrics = Self(recorder.handle());
        (recorder, metrics)
    }

    /// The Prometheus text of everything recorded so far.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Keeps the recorder's memory bounded; runs until `stop` is cancelled.
    pub async fn upkeep(self, stop: CancellationToken) {
        let mut ticks = interval(UPKEEP);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.0.run_upkeep();
        }
    }
}

/// Tells the recorder what each metric means.
fn describe() {
    for metric in names::ALL {
        match metric.kind {
            Kind::Counter => describe_counter!(metric.name, metric.unit, metric.help),
            Kind::Gauge => describe_gauge!(metric.name, metric.unit, metric.help),
            Kind::Histogram(_) => describe_histogram!(metric.name, metric.unit, metric.help),
        }
        // A counter that appears with its first event hides that event from `rate()`.
        if matches!(metric.kind, Kind::Counter) && metric.labels.is_empty() {
            counter!(metric.name).increment(0);
        }
    }
}
