//! Faxes.

pub mod image;
