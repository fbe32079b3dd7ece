//! The integration tests, in one binary so that they link once.
//!
//! - `content`: where bytes lie: the contract of a store, the journal on disks that lose power,
//!   on disks that fail, and on the real one.

mod content;
