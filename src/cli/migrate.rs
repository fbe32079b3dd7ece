//! `chunkgate migrate`: the database's tables brought up to date.

use clap::Args;

use super::{Failure, Options, output, process};

/// Brings the tables up to date without serving: before a new version is rolled out, or to find
/// out whether the database can be reached. `serve` does the same when it starts.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate migrate
  CHUNKGATE__DATABASE__URL=postgres://chunkgate@db.example/chunkgate chunkgate migrate --json")]
pub(super) struct Arguments {
    /// One JSON object with `applied` (a list) and `version`
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options, arguments: &Arguments) -> Result<(), Failure> {
    let settings = options.load()?.settings;
    // Opening it is what migrates it.
    let migrated =
        process::with_backend(&settings, async |backend| Ok(backend.migrated().clone()))?;
    if arguments.json {
        return output::json(&migrated);
    }
    for migration in &migrated.applied {
        output::print(&format!("applied {migration}\n"))?;
    }
    output::print(&format!(
        "the database is at version {}\n",
        migrated.version
    ))
}
