//! What the fuzzers check, on the seeds and on the cases they have found.

#[path = "../../../fuzz/oracles/xml.rs"]
pub mod xml;

/// The oracles' sources of bytes.
pub use crate::xml::support;
