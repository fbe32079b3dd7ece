//! The gateway's own Postgres: found, made, started, supervised and stopped.

mod cluster;
mod data_dir;
mod endpoint;
mod error;
mod guard;
mod initdb;
mod log;
mod pid_file;
mod postmaster;
mod predecessor;
pub mod privileges;
mod programs;
mod socket_dir;
mod supervisor;

pub use cluster::{Cluster, ClusterOptions, Durability};
pub use data_dir::{Claim, DataDir, HeldDataDir};
pub use endpoint::{Endpoint, ROLE};
pub use error::PgError;
pub use programs::{Programs, Search};
