//! The example consumer works.
