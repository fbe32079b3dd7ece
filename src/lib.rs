//! chunkgate: a gateway that keeps legacy upload clients alive.
//!
//! ```text
//! cli -> app                               commands, and the composition of a gateway
//!        app -> http, protocol             the edge, and the front ends on it
//!                     protocol -> soap -> xml
//!                     protocol -> fax      submissions, the outbox, deliveries
//!                                 fax -> engine   the domain: sessions, chunks, accounts
//!        app -> jobs -> engine, content
//!        app -> backend -> pg              the gateway's own Postgres
//!                          store           the rows of engine and faxes, in Postgres
//!                          content         the bytes, in a journal
//! ```
//!
//! `settings` and `telemetry` are beside all of them. Engine and faxes know no protocol and no SQL; a
//! protocol knows no SQL; only `store::postgres` does.

// They panic where standard output or error cannot be written to.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod app;
pub mod backend;
pub mod cli;
pub mod content;
pub mod engine;
pub mod fax;
pub mod http;
pub mod jobs;
pub mod pg;
pub mod protocol;
pub mod settings;
pub mod soap;
pub mod store;
pub mod telemetry;
pub mod xml;
