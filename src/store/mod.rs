//! Where the engine's rows lie.

pub mod postgres;
