//! Postgres for the tests, run by the gateway's own module.
//!
//! One cluster for each run of the tests, whether the run is one process (`cargo test`) or many
//! (`cargo nextest run`): the first test that needs it starts a [`host`] process, which ends when
//! the run does. Each test has a database of its own, copied from a template.
//!
//! Postgres does not run as root. When the tests do, the host gives up root as the gateway does,
//! and root may connect: `peers` maps it to the cluster's role. The socket's directory stays
//! private, so nobody else can.

mod database;
pub mod host;
mod server;

pub use database::{Built, Template, TestDatabase};
