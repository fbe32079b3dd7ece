//! chunkgate: a gateway that keeps legacy upload clients alive.

pub mod content;
pub mod pg;
pub mod soap;
pub mod xml;
