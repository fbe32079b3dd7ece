//! The gateway's own Postgres.
