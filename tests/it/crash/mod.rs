//! Processes killed with `kill -9` at random moments, while clients upload and send again what was
//! not acknowledged.
//!
//! | file        | rule |
//! |-------------|------|
//! | `killed`    | every document that was acknowledged to its end is there, byte for byte |
//! | `restarted` | after Postgres has come back, service is back within 2 s |
//! | `uploads`   | no rule: the clients |
//! | `random`    | no rule: seeded random numbers |
//!
//! `CHUNKGATE_TEST_CRASHES` is the number of kills, `CHUNKGATE_TEST_SEED` repeats the choices of
//! an earlier run (though not its timing).

mod killed;
pub mod random;
pub mod restarted;
mod uploads;
