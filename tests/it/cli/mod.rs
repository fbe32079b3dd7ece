//! The real program: its commands, messages and exit codes.

/// An account's life, from `add` to `remove`.
mod accounts;
/// `check-config` shows everything but secrets.
mod check_config;
/// Deliveries are listed, and tested with a fax that really leaves.
mod deliveries;
/// The demo goes through the socket, verifies, and serves on.
mod demo;
/// Faxes are listed, shown, exported, cancelled, sent again, and their ends said.
mod faxes;
/// A log that cannot be written costs lines, and nothing else.
mod lost_logs;
/// SIGHUP reads again what can be, and ends nothing.
mod reload;
/// `serve` with its own Postgres: beside other commands, after root, until a signal.
mod serve;
/// Uploads are listed, shown, exported and cancelled.
mod sessions;
/// systemd hears when it is ready and when it stops.
mod systemd;
/// `upload` repeats what was not answered, and nothing else.
mod upload;
/// Exit codes and messages that every command shares.
mod usage;
/// `verify` finds damage and names its session.
mod verify;

mod serving;
pub mod support;
