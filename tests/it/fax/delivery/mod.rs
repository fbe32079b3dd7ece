//! Deliveries.
//!
//! | file           | rule |
//! |----------------|------|
//! | `contract`     | what any delivery must do, as functions of a harness |
//! | `spool`        | the spool does it, on disks that lose power and fail, beside any consumer |
//! | `support`      | no rule: faxes and their bytes |

mod contract;
mod spool;
mod support;
