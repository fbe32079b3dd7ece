//! The command line: one file, or one folder, for each command.
//!
//! Every command goes through the same steps: parse, load the settings, give up root if the data
//! directory is touched (`process`), start a runtime, work. Results go to standard output,
//! everything else to standard error, and how it ended is in the exit code (`Failure`).

// First: it has the macro `note`.
#[macro_use]
mod output;

mod account;
mod check_config;
mod clock;
mod content;
mod delivery;
mod demo;
mod draft;
mod failure;
mod fax;
mod journal;
mod migrate;
mod options;
mod password;
mod process;
mod reload;
mod serve;
mod session;
mod signals;
pub mod upload;
mod values;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rustix::{fs::Mode, process::umask};

use failure::Failure;
use options::Options;

/// What every `--help` ends with.
const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed: the message says why; trying again may help
  2  wrong usage or settings
  3  not found, or refused in the state it is in
  4  stored bytes are missing or damaged";

/// A gateway that keeps legacy upload clients alive.
#[derive(Debug, Parser)]
#[command(
    name = "chunkgate",
    version,
    after_help = "`chunkgate help COMMAND` explains each command with examples.",
    after_long_help = EXIT_CODES,
    propagate_version = true,
    max_term_width = 100
)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

/// The commands. Those without a word here are described, for `--help` too, at their arguments.
#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Arguments),
    Demo(demo::Arguments),
    /// Add, list, change and remove the accounts of upload clients.
    #[command(subcommand)]
    Account(account::Command),
    /// List, show, export and cancel uploads.
    #[command(subcommand)]
    Session(session::Command),
    /// List, show, export and cancel faxes, send them again, and say how they ended.
    #[command(subcommand)]
    Fax(fax::Command),
    /// See whether faxes can leave: list the deliveries, and send a test by one of them.
    #[command(subcommand)]
    Delivery(delivery::Command),
    /// See whether database and content store belong together, and go on after a loss.
    #[command(subcommand)]
    Content(content::Command),
    /// See whether the database's clock has jumped, and believe it again.
    #[command(subcommand)]
    Clock(clock::Command),
    Upload(upload::Arguments),
    Migrate(migrate::Arguments),
    Verify(verify::Arguments),
    CheckConfig(check_config::Arguments),
}

/// Parses the command line and does what it says.
pub fn main() -> ExitCode {
    let Arguments { options, command } = Arguments::parse();
    // Documents and passwords' hashes are nobody else's to read.
    umask(Mode::RWXG | Mode::RWXO);
    match run(&options, command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(options: &Options, command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve(arguments) => serve::run(options, &arguments),
        Command::Demo(arguments) => demo::run(options, &arguments),
        Command::Account(command) => account::run(options, command),
        Command::Session(command) => session::run(options, &command),
        Command::Fax(command) => fax::run(options, &command),
        Command::Delivery(command) => delivery::run(options, &command),
        Command::Content(command) => content::run(options, &command),
        Command::Clock(command) => clock::run(options, &command),
        Command::Upload(arguments) => upload::run(&arguments),
        Command::Migrate(arguments) => migrate::run(options, &arguments),
        Command::Verify(arguments) => verify::run(options, &arguments),
        Command::CheckConfig(arguments) => check_config::run(options, &arguments),
    }
}
