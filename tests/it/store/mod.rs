//! The rows in Postgres.

mod statements;
