//! The gateway's own Postgres: found, made, started, supervised and stopped.

mod data_dir;
mod endpoint;
mod error;
mod programs;

pub use data_dir::{Claim, DataDir, HeldDataDir};
pub use endpoint::{Endpoint, ROLE};
pub use error::PgError;
pub use programs::{Programs, Search};
