//! chunkgate: a gateway that keeps legacy upload clients alive.

pub mod content;
pub mod pg;
pub mod settings;
pub mod telemetry;
pub mod xml;
