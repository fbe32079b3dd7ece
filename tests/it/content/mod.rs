//! The content store.
//!
//! - `contract`: what any store must do, as functions of a harness
//! - `journal`: the journal keeps the contract, on the test disk and on the real one
//! - `power_cut`: after a power cut at any step every sealed byte is there and nothing else is believed
//! - `failing_disk`: a failed write or sync poisons its segment, and the journal recovers by itself
//! - `group_sync`: whoever waits shares one sync
//! - `reclaim`: pins, cooling, recycling and deleting
//! - `space`: nothing is allocated below the minimum of free space
//! - `directory`: the lock and the store id
//! - `concurrency`: many writers, and readers beside reclamation, on the real disk
//! - `reader`: reading and walking while a gateway writes
//! - `test_disk`: a disk in memory that loses and tears what was not synced; `support`: the rest

mod concurrency;
mod contract;
mod directory;
mod failing_disk;
mod group_sync;
mod journal;
mod power_cut;
mod reader;
mod reclaim;
mod space;
pub mod support;
pub mod test_disk;
