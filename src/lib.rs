//! chunkgate: a gateway that keeps legacy upload clients alive.

pub mod backend;
pub mod cli;
pub mod content;
pub mod engine;
pub mod pg;
pub mod settings;
pub mod soap;
pub mod store;
pub mod telemetry;
pub mod xml;
