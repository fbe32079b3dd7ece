//! The spool.
//!
//! | file           | rule |
//! |----------------|------|
//! | `kept`         | it keeps the contract, on the real disk and on the one in memory |
//! | `power_cut`    | a power cut at any step leaves a complete fax or none, and undoes nothing that was told |
//! | `failing_disk` | an error at any step leaves nothing, names the mend, and the next try succeeds |
//! | `races`        | consumer, withdrawals and hand-overs in any order: one of them has the attempt |
//! | `status`       | what a status means, and that nothing hostile is taken for one |
//! | `hostile`      | nothing that a client chose becomes a path |
//! | `opening`      | making it, permissions, what it refuses, what it sweeps |
//! | `shared`       | gateways that share a spool do not harm each other |
//! | `example`      | the example consumer works |
//! | `consumer`     | no rule: a consumer as the documentation wants it |
//! | `memory_disk`  | no rule: a disk in memory that loses what was not synced |

mod consumer;
mod example;
mod failing_disk;
mod hostile;
mod kept;
mod memory_disk;
mod opening;
mod power_cut;
mod races;
mod shared;
mod status;
