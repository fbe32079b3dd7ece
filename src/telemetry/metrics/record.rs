//! One function for each thing that is recorded, so that a call site cannot mistype a name, a
//! label or a unit.
//!
//! Labels are enums, numbers of a protocol, or `&'static str`: nothing a client sends can become a
//! label, so the number of series is bounded.

use std::time::Duration;

use metrics::{counter, gauge, histogram};
use time::OffsetDateTime;

use super::names;
use crate::{content::Usage, fax::item::TransactionState};

/// How an operation was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// With the protocol's result number; 0 and above are success.
    Result(i64),
    /// With a fault under this HTTP status.
    Fault(u16),
}

impl Answer {
    fn code(self) -> String {
        match self {
            // A success often carries a total or an id: as a label it would be a series of its own.
            Self::Result(number) => number.min(0).to_string(),
            Self::Fault(status) => status.to_string(),
        }
    }
}

/// Records an answered operation: the front end's and the operation's declared names, how it was
/// answered, the time since the request's first byte, and the bytes of its body.
pub fn operation(
    protocol: &'static str,
    operation: &'static str,
    answer: Answer,
    duration: Duration,
    bytes: u64,
) {
    counter!(names::OPERATIONS.name, "protocol" => protocol, "operation" => operation, "code" => answer.code())
        .increment(1);
    histogram!(names::OPERATION_SECONDS.name, "protocol" => protocol, "operation" => operation)
        .record(duration);
    counter!(names::OPERATION_BYTES.name, "protocol" => protocol, "operation" => operation)
        .increment(bytes);
}

/// Counts an error of the engine under the label it carries.
pub fn upload_error(label: &'static str) {
    counter!(names::UPLOAD_ERRORS.name, "error" => label).increment(1);
}

/// Why the edge refused a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The address has `server.max_connections_per_address` connections open.
    Connections,
    /// As many requests are being served as `http.max_in_flight` allows, or as
    /// `http.max_in_flight_per_address` allows to one address.
    InFlight,
    /// The body is larger than `http.max_body`.
    TooLarge,
    /// The body came slower than `http.min_rate`, or took longer than `http.body_timeout`; a head
    /// took longer than `http.head_timeout`; an answer was not taken within `http.answer_timeout`.
    TooSlow,
    /// As many bytes wait for the name of their session as `content.unproven_per_address` allows to
    /// one address, or `content.unproven_total` to all.
    Unproven,
    /// Too many log-ins from the address wait for their password to be checked.
    LogIns,
    /// The address named more unknown sessions than `limits.unknown_sessions_per_minute`.
    UnknownSessions,
}

impl Refusal {
    fn label(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::InFlight => "in_flight",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::Unproven => "unproven",
            Self::LogIns => "log_ins",
            Self::UnknownSessions => "unknown_sessions",
        }
    }
}

/// Counts a request refused at the edge.
pub fn refused(reason: Refusal) {
    counter!(names::REFUSED.name, "reason" => reason.label()).increment(1);
}

/// Counts a TLS handshake.
pub fn handshake(done: bool) {
    counter!(names::HANDSHAKES.name, "result" => if done { "done" } else { "failed" }).increment(1);
}

/// Counts a look at a renewed certificate.
pub fn certificate_read(usable: bool) {
    let result = if usable { "used" } else { "unusable" };
    counter!(names::CERTIFICATE_READS.name, "result" => result).increment(1);
}

/// Says when the certificate ends.
pub fn certificate_expires(end: OffsetDateTime) {
    gauge!(names::CERTIFICATE_EXPIRES.name).set(float(end.unix_timestamp()));
}

/// Says how many requests are being served.
pub fn in_flight(requests: usize) {
    gauge!(names::IN_FLIGHT.name).set(float(requests));
}

/// Says how many bytes all body buffers take.
pub fn body_memory(bytes: usize) {
    gauge!(names::BODY_MEMORY.name).set(float(bytes));
}

/// Says how many upload sessions take chunks.
pub fn open_sessions(sessions: usize) {
    gauge!(names::OPEN_SESSIONS.name).set(float(sessions));
}

/// Counts upload sessions that have just expired.
pub fn expired_sessions(sessions: u64) {
    counter!(names::EXPIRED_SESSIONS.name).increment(sessions);
}

/// Counts a chunk that was recognised as sent again after a lost answer.
pub fn repeated_chunk() {
    counter!(names::REPEATED_CHUNKS.name).increment(1);
}

/// Records one commit: how many appends it took, and how long it lasted.
pub fn commit_group(size: usize, duration: Duration) {
    histogram!(names::COMMIT_GROUP_SIZE.name).record(float(size));
    histogram!(names::COMMIT_GROUP_SECONDS.name).record(duration);
}

/// How a hand-over of a fax went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOver {
    /// The delivery has it.
    Accepted,
    /// It is tried again.
    Failed,
    /// It was taken back.
    Withdrawn,
}

impl HandOver {
    fn label(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Failed => "failed",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Counts a hand-over of a fax to the delivery of that declared name.
pub fn fax_hand_over(delivery: &str, result: HandOver) {
    counter!(names::FAX_HAND_OVERS.name, "delivery" => delivery.to_owned(), "result" => result.label())
        .increment(1);
}

/// Counts a fax that is over.
pub fn fax_ended(delivery: &str, outcome: TransactionState) {
    counter!(names::FAXES_ENDED.name, "delivery" => delivery.to_owned(), "outcome" => outcome.as_str())
        .increment(1);
}

/// Counts a refused call about a fax under the label its error carries.
pub fn fax_error(label: &'static str) {
    counter!(names::FAX_ERRORS.name, "error" => label).increment(1);
}

/// Says whether a delivery could take a fax when it was asked last.
pub fn fax_delivery_up(delivery: &'static str, works: bool) {
    gauge!(names::FAX_DELIVERY_UP.name, "delivery" => delivery).set(f64::from(u8::from(works)));
}

/// Says how many faxes of a delivery are in a state, and for how long the oldest has been due.
pub fn fax_outbox(delivery: &str, state: TransactionState, count: u64, oldest: Duration) {
    gauge!(names::FAX_OUTBOX.name, "delivery" => delivery.to_owned(), "state" => state.as_str())
        .set(float(count));
    gauge!(names::FAX_OUTBOX_OLDEST.name, "delivery" => delivery.to_owned(), "state" => state.as_str())
        .set(oldest.as_secs_f64());
}

/// Records one fdatasync: how many appends waited for it, and how long it lasted.
pub fn sync_group(size: usize, duration: Duration) {
    histogram!(names::SYNC_GROUP_SIZE.name).record(float(size));
    histogram!(names::SYNC_GROUP_SECONDS.name).record(duration);
}

/// Says how much space the content store uses.
pub fn content_usage(usage: &Usage) {
    gauge!(names::SEGMENTS.name, "state" => "used").set(float(usage.segments));
    gauge!(names::SEGMENTS.name, "state" => "ready").set(float(usage.ready_segments));
    gauge!(names::ALLOCATED_BYTES.name).set(float(usage.allocated_bytes));
    gauge!(names::FREE_BYTES.name).set(float(usage.free_bytes));
}

/// Says how many bytes in segment files belong to no upload.
pub fn dead_bytes(bytes: u64) {
    gauge!(names::DEAD_BYTES.name).set(float(bytes));
}

/// Counts segments whose space was taken back.
pub fn reclaimed_segments(segments: u64) {
    counter!(names::RECLAIMED_SEGMENTS.name).increment(segments);
}

/// Counts a segment given up because a write or a sync failed.
pub fn poisoned_segment() {
    counter!(names::POISONED_SEGMENTS.name).increment(1);
}

/// How the pool of Postgres connections stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUsage {
    /// Connections at work.
    pub busy: usize,
    /// Connections at rest.
    pub idle: usize,
    /// Requests that wait for one.
    pub waiting: usize,
}

/// Says how the pool of Postgres connections stands.
pub fn pool(usage: PoolUsage) {
    gauge!(names::POOL_CONNECTIONS.name, "state" => "busy").set(float(usage.busy));
    gauge!(names::POOL_CONNECTIONS.name, "state" => "idle").set(float(usage.idle));
    gauge!(names::POOL_WAITING.name).set(float(usage.waiting));
}

/// Says whether Postgres answers.
pub fn database_up(up: bool) {
    gauge!(names::DATABASE_UP.name).set(f64::from(u8::from(up)));
}

/// Says how many log lines were lost since the start.
pub fn log_lines_lost(lines: u64) {
    counter!(names::LOG_LINES_LOST.name).absolute(lines);
}

/// Counts a panic.
pub fn panicked() {
    counter!(names::PANICS.name).increment(1);
}

/// Prometheus counts in floating point; whole numbers are exact up to 2^53, which is 8 PiB.
#[allow(clippy::cast_precision_loss, reason = "see above")]
fn float(number: impl TryInto<u64>) -> f64 {
    number.try_into().unwrap_or(u64::MAX) as f64
}

/// Whose clock has jumped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The database's, which decides about what is old.
    Database,
    /// This machine's.
    Gateway,
}

/// Counts a jump of a clock.
pub fn clock_jump(clock: Clock) {
    let clock = match clock {
        Clock::Database => "database",
        Clock::Gateway => "gateway",
    };
    counter!(names::CLOCK_JUMPS.name, "clock" => clock).increment(1);
}

/// Sets by how many seconds whatever goes by age is held back.
pub fn clock_held_back(seconds: f64) {
    gauge!(names::CLOCK_HELD_BACK.name).set(seconds);
}
