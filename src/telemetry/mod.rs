//! What operators see of a running gateway: log lines and metrics.

pub mod logs;
pub mod metrics;
