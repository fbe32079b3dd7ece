//! The integration tests, a folder for each part of the gateway and a file for each rule.

/// Settings: order of the sources, errors that name the mend, the example file.
mod settings;
/// What operators see: metrics.
mod telemetry;
