//! A panic is a bug, is counted, and is logged like anything else.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    panic::{PanicHookInfo, set_hook},
    thread,
};

use tracing::error;

use crate::telemetry::metrics;

/// Logs panics as lines from now on. The standard library writes them to standard error itself, and
/// would wait there for a reader that does not read.
pub(super) fn log_panics() {
    set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    metrics::panicked();
    let location = panic.location().map(ToString::to_string);
    // A text that was put together may quote what a client sent; the location says which it was.
    let text = panic.payload().downcast_ref::<&'static str>();
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then_some(backtrace);
    error!(
        location,
        text,
        thread = thread::current().name(),
        backtrace = backtrace.map(tracing::field::display),
        "panic: this is a bug of chunkgate or a library; what was being done has failed, the rest goes on"
    );
}
