//! `chunkgate verify`: are the bytes that were acknowledged still there, and right?

mod database;
mod segments;

use clap::Args;

use super::{Failure, Options, journal, output, process};

/// Read all stored bytes and check their checksums.
///
/// Reads every byte of every upload in the database and checks its checksum. Damage is reported by
/// session; the exit code is then 4. Works beside a running gateway, at the cost of its disk.
///
/// With --journal, the database is not asked: all segment files are read from front to back and
/// their records counted. A record that is not intact there need not be a loss: an append that a
/// power cut tore was never acknowledged. Only the check against the database can tell.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate verify
  chunkgate verify --json | jq 'select(.session)'
  chunkgate verify --journal")]
pub(super) struct Arguments {
    /// Read the journal alone, without a database
    #[arg(long)]
    journal: bool,
    /// One JSON object a line: each damaged session (or each segment), then the summary
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options, arguments: &Arguments) -> Result<(), Failure> {
    let settings = options.load()?.settings;
    if arguments.journal {
        segments::run(&settings, arguments.json)
    } else {
        database::run(&settings, arguments.json)
    }
}
