//! Every metric: its name, kind, unit, labels, and the sentence that explains it.

use metrics::Unit;

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name in the Prometheus text.
    pub name: &'static str,
    /// How it counts.
    pub kind: Kind,
    /// Of what.
    pub unit: Unit,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// One sentence.
    pub help: &'static str,
}

/// How a metric counts.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// The value now.
    Gauge,
    /// How many observations were at most each of these bounds.
    Histogram(&'static [f64]),
}

/// Bounds for times, in seconds: from one sync of a fast disk to the longest statement.
const SECONDS: Kind = Kind::Histogram(&[
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
]);

/// Bounds for groups.
const MEMBERS: Kind = Kind::Histogram(&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0]);

/// Declares each metric as a constant and puts it on the list of all.
macro_rules! metrics {
    ($($constant:ident = $name:literal, $kind:expr, $unit:ident, [$($label:literal),*], $help:literal;)+) => {
        $(
            #[doc = $help]
            pub const $constant: Metric = Metric {
                name: $name,
                kind: $kind,
                unit: Unit::$unit,
                labels: &[$($label),*],
                help: $help,
            };
        )+

        /// Every metric of the gateway.
        pub const ALL: &[Metric] = &[$($constant),+];
    };
}

metrics! {
    OPERATIONS = "chunkgate_operations_total", Kind::Counter, Count, ["protocol", "operation", "code"],
        "Operations answered; code is 0 for success, the protocol's negative number, or the HTTP status of a fault.";
    OPERATION_SECONDS = "chunkgate_operation_seconds", SECONDS, Seconds, ["protocol", "operation"],
        "Time from the first byte of a request to its answer.";
    OPERATION_BYTES = "chunkgate_operation_bytes_total", Kind::Counter, Bytes, ["protocol", "operation"],
        "Bytes of request bodies.";
    UPLOAD_ERRORS = "chunkgate_upload_errors_total", Kind::Counter, Count, ["error"],
        "Errors of the engine, by their kind.";
    REFUSED = "chunkgate_refused_total", Kind::Counter, Count, ["reason"],
        "Requests refused at the edge before they reached an operation.";
    HANDSHAKES = "chunkgate_tls_handshakes_total", Kind::Counter, Count, ["result"],
        "TLS handshakes, done or failed.";
    CERTIFICATE_READS = "chunkgate_tls_certificate_reads_total", Kind::Counter, Count, ["result"],
        "How often a renewed certificate was read, and could be used or not.";
    CERTIFICATE_EXPIRES = "chunkgate_tls_certificate_expires_seconds", Kind::Gauge, Seconds, [],
        "When the certificate ends, in seconds since 1970.";
    IN_FLIGHT = "chunkgate_requests_in_flight", Kind::Gauge, Count, [],
        "Requests being served.";
    BODY_MEMORY = "chunkgate_body_memory_bytes", Kind::Gauge, Bytes, [],
        "Memory of all body buffers.";
    OPEN_SESSIONS = "chunkgate_open_sessions", Kind::Gauge, Count, [],
        "Upload sessions that take chunks.";
    EXPIRED_SESSIONS = "chunkgate_expired_sessions_total", Kind::Counter, Count, [],
        "Upload sessions ended because nobody used them in time.";
    REPEATED_CHUNKS = "chunkgate_repeated_chunks_total", Kind::Counter, Count, [],
        "Chunks sent again after a lost answer, answered and not stored again.";
    COMMIT_GROUP_SIZE = "chunkgate_commit_group_size", MEMBERS, Count, [],
        "Appends that shared a commit.";
    COMMIT_GROUP_SECONDS = "chunkgate_commit_group_seconds", SECONDS, Seconds, [],
        "Time of a commit.";
    FAX_OUTBOX = "chunkgate_fax_outbox", Kind::Gauge, Count, ["delivery", "state"],
        "Faxes that are due or under way, by where they are.";
    FAX_OUTBOX_OLDEST = "chunkgate_fax_outbox_oldest_seconds", Kind::Gauge, Seconds, ["delivery", "state"],
        "For how long the oldest of those faxes has been due.";
    FAX_DELIVERY_UP = "chunkgate_fax_delivery_up", Kind::Gauge, Count, ["delivery"],
        "1 while the delivery could take a fax, else 0; asked every 15 seconds.";
    FAX_HAND_OVERS = "chunkgate_fax_hand_overs_total", Kind::Counter, Count, ["delivery", "result"],
        "Attempts to hand faxes over to a delivery; one that has failed is made again.";
    FAXES_ENDED = "chunkgate_faxes_ended_total", Kind::Counter, Count, ["delivery", "outcome"],
        "Faxes that are over: sent, failed or cancelled.";
    FAX_ERRORS = "chunkgate_fax_errors_total", Kind::Counter, Count, ["error"],
        "Calls about faxes that were refused, by their kind.";
    SYNC_GROUP_SIZE = "chunkgate_sync_group_size", MEMBERS, Count, [],
        "Appends that shared an fdatasync.";
    SYNC_GROUP_SECONDS = "chunkgate_sync_group_seconds", SECONDS, Seconds, [],
        "Time of an fdatasync.";
    SEGMENTS = "chunkgate_content_segments", Kind::Gauge, Count, ["state"],
        "Segments of the content store.";
    ALLOCATED_BYTES = "chunkgate_content_allocated_bytes", Kind::Gauge, Bytes, [],
        "Bytes taken by all segment files.";
    DEAD_BYTES = "chunkgate_content_dead_bytes", Kind::Gauge, Bytes, [],
        "Bytes of segment files in which no live upload data lies: unwritten, given up, or ready for use.";
    FREE_BYTES = "chunkgate_content_free_bytes", Kind::Gauge, Bytes, [],
        "Bytes free on the file system beyond `content.min_free`.";
    RECLAIMED_SEGMENTS = "chunkgate_content_reclaimed_segments_total", Kind::Counter, Count, [],
        "Segments whose space was taken back.";
    POISONED_SEGMENTS = "chunkgate_content_poisoned_segments_total", Kind::Counter, Count, [],
        "Segments given up because a write or a sync failed.";
    POOL_CONNECTIONS = "chunkgate_pool_connections", Kind::Gauge, Count, ["state"],
        "Connections to Postgres.";
    POOL_WAITING = "chunkgate_pool_waiting", Kind::Gauge, Count, [],
        "Requests that wait for a connection to Postgres.";
    CLOCK_JUMPS = "chunkgate_clock_jumps_total", Kind::Counter, Count, ["clock"],
        "Jumps of the database's clock, or the gateway's own, by more than half a minute.";
    CLOCK_HELD_BACK = "chunkgate_clock_held_back_seconds", Kind::Gauge, Seconds, [],
        "By how much whatever goes by age is behind the database's clock, because that has jumped.";
    DATABASE_UP = "chunkgate_database_up", Kind::Gauge, Count, [],
        "1 while Postgres answers, else 0.";
    LOG_LINES_LOST = "chunkgate_log_lines_lost_total", Kind::Counter, Count, [],
        "Log lines that could not be written: the disk was full, or nobody read them.";
    PANICS = "chunkgate_panics_total", Kind::Counter, Count, [],
        "Panics: bugs that ended a request or a run of a job, and nothing else.";
}
