//! `chunkgate fax`: what became of faxes, and what an operator may do about it.

mod cancel;
mod export;
mod finish;
mod list;
mod place;
mod retry;
mod show;

use clap::{Args, Subcommand};

use crate::fax::{
    item::{FaxItem, TransactionId},
    repository::FaxRepository,
};

use super::{Failure, Options, account, draft, journal, output, process, values};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    List(list::Arguments),
    Show(show::Arguments),
    Retry(retry::Arguments),
    Cancel(cancel::Arguments),
    Export(export::Arguments),
    Finish(finish::Arguments),
}

/// Which fax.
#[derive(Debug, Args)]
pub(super) struct Fax {
    /// Number of the fax, as `list` and the log show it; clients call it `TransactionID`
    #[arg(value_name = "ID", value_parser = fax_id)]
    id: TransactionId,
}

pub(super) fn run(options: &Options, command: &Command) -> Result<(), Failure> {
    let settings = options.load()?.settings;
    match command {
        Command::List(arguments) => list::run(&settings, arguments),
        Command::Show(arguments) => show::run(&settings, arguments),
        Command::Retry(arguments) => retry::run(&settings, arguments),
        Command::Cancel(arguments) => cancel::run(&settings, arguments),
        Command::Export(arguments) => export::run(&settings, arguments),
        Command::Finish(arguments) => finish::run(&settings, arguments),
    }
}

pub(super) use place::spool_directory;

/// Everything about the fax of that number.
async fn find(repository: &dyn FaxRepository, id: TransactionId) -> Result<FaxItem, Failure> {
    let item = repository.faxes(&[id]).await?.into_iter().next();
    item.ok_or_else(|| {
        Failure::Refused(format!(
            "there is no fax {id}; `chunkgate fax list` shows those that there are"
        ))
    })
}

/// That the documents of a fax are gone.
fn documents_dropped(id: TransactionId) -> Failure {
    Failure::Refused(format!(
        "the documents of fax {id} are not kept any more: fax.keep_documents says how long they \
         are kept after the end of a fax"
    ))
}

/// The number of a fax.
fn fax_id(text: &str) -> Result<TransactionId, String> {
    text.parse()
        .ok()
        .filter(|id| (1..=999_999_998).contains(id))
        .map(TransactionId)
        .ok_or_else(|| "allowed are numbers from 1 to 999999998".to_owned())
}
