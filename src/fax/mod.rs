//! Faxes: what clients submit, and how it leaves.
//!
//! It knows no protocol and no SQL. Documents are uploads of the engine's; a submission takes one.

pub mod delivery;
pub mod image;
pub mod item;
