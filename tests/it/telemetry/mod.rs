//! What operators see of a running gateway.

/// Every metric has its declared name, labels and help, and series do not grow with traffic.
mod metrics;
