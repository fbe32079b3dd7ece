//! The only folder in which SQL runs.
//!
//! Every statement is a file in `sql/queries`, listed in [`queries::ALL`]; [`Postgres`] is the
//! engine's [`Repository`](crate::engine::repository::Repository) over them.

mod accounts;
mod breaker;
mod clock;
mod connect;
mod database;
mod error;
mod faxes;
mod gateway_lock;
mod migrate;
pub mod queries;
mod repository;
mod rows;
mod sessions;
mod stores;

pub use clock::ClockState;
pub use connect::{ConnectError, Connector, TlsSettings};
pub use database::{Database, PoolSettings, PoolStatus};
pub use gateway_lock::GatewayLock;
pub use migrate::{MigrateError, Migrated, migrate};
pub use repository::Postgres;
pub use stores::KnownStore;
