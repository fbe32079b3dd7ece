//! `chunkgate content`: whether the database and the content store belong together, and how to go on after a loss.

use std::{io, sync::Arc};

use clap::{Args, Subcommand};

use crate::{
    backend::{Backend, Pairing},
    content::{ContentError, disk::RealDisk, journal::Directory},
    settings::Settings,
};

use super::{
    Failure, Options, journal,
    output::{self, counted, thousands},
    process,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show the content store, its database, and what is kept from being reclaimed.
    #[command(after_help = "Example:\n  chunkgate content show")]
    Show,
    Adopt(Adopt),
    Release(Release),
}

/// Serve the database and the content store together although they do not belong together.
///
/// For what is left after a loss: a store whose database is gone, a database whose store is gone, an older copy of
/// either. Documents that the database does not name stay in the store until `chunkgate content release`, but no client
/// gets at them; documents that it names and that are missing are lost, and reading them fails. Needs that no gateway
/// serves the data directory.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  chunkgate content adopt --documents-may-be-lost")]
pub(super) struct Adopt {
    /// Do it; without this, only what would be done is told
    #[arg(long)]
    documents_may_be_lost: bool,
}

/// Let the gateway reclaim the segments that it keeps since the database was an older copy, or the store was adopted.
///
/// What no row of the database names is deleted when the gateway runs. Needs that no gateway serves the data directory.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  chunkgate content release --delete-what-no-row-names")]
pub(super) struct Release {
    /// Do it; without this, only what would be done is told
    #[arg(long)]
    delete_what_no_row_names: bool,
}

pub(super) fn run(options: &Options, command: &Command) -> Result<(), Failure> {
    let settings = options.load()?.settings;
    process::with_directory(&settings, async |backend| match command {
        Command::Show => show(backend).await,
        Command::Adopt(adopt) => run_adopt(&settings, backend, adopt).await,
        Command::Release(release) => run_release(&settings, backend, release).await,
    })
}

async fn look(backend: &Backend) -> Result<Pairing, Failure> {
    let directory = backend.content();
    let reader = journal::open(directory)?;
    Ok(Pairing::look(backend.database(), &reader, directory.to_owned()).await?)
}

async fn show(backend: &Backend) -> Result<(), Failure> {
    let pairing = look(backend).await?;
    let segments = pairing.segments();
    let (kept, kept_bytes) = pairing.kept();
    let (store, database) = pairing.generations();
    let rows = [
        ["content store".to_owned(), pairing.store().to_string()],
        [
            "directory".to_owned(),
            backend.content().display().to_string(),
        ],
        ["database".to_owned(), pairing.database().to_owned()],
        [
            "segments".to_owned(),
            format!("{}, {}", segments.len(), bytes(segments.values().sum())),
        ],
        [
            "kept for lack of rows".to_owned(),
            format!("{kept}, {}", bytes(kept_bytes)),
        ],
        ["generation".to_owned(), store.to_string()],
        [
            "the database's".to_owned(),
            database.map_or_else(|| "none".to_owned(), |it| it.to_string()),
        ],
    ];
    output::print(&output::columns(&rows))?;
    if pairing.is_database_older() {
        note!(
            "the database is older than the content store: `chunkgate serve` will keep all segments that are there"
        );
    }
    match pairing.mismatch() {
        Some(mismatch) => Err(mismatch.into()),
        None => Ok(()),
    }
}

async fn run_adopt(
    settings: &Settings,
    backend: &Backend,
    arguments: &Adopt,
) -> Result<(), Failure> {
    // A directory without a store is none to adopt.
    journal::open(backend.content())?;
    let directory = lock(settings, backend)?;
    let pairing = look(backend).await?;
    let Some(mismatch) = pairing.mismatch() else {
        note!("the database and the content store belong together: there is nothing to do");
        return Ok(());
    };
    if !arguments.documents_may_be_lost {
        return Err(Failure::Refused(format!(
            "{mismatch}\n\
             To adopt the store means: the {} in it stay until `chunkgate content release`, documents that no row of the database names cannot be had \
             from clients any more, and documents that it names and that are not in the store are lost. `chunkgate content adopt --documents-may-be-lost` does it",
            counted(pairing.segments().len() as u64, "segment"),
        )));
    }
    let adopted = pairing.adopted();
    let (present, _) = pairing.marks();
    backend.database().adopt_journal(&adopted, present).await?;
    directory.mark().write(adopted.mark)?;
    note!(
        "the content store {} and the database at {} belong together from now on; segments up to {} are kept",
        pairing.store(),
        pairing.database(),
        adopted.kept_to
    );
    Ok(())
}

async fn run_release(
    settings: &Settings,
    backend: &Backend,
    arguments: &Release,
) -> Result<(), Failure> {
    let pairing = look(backend).await?;
    if let Some(mismatch) = pairing.mismatch() {
        return Err(mismatch.into());
    }
    let (segments, length) = pairing.kept();
    if segments == 0 {
        note!("no segment is kept: there is nothing to do");
        return Ok(());
    }
    if !arguments.delete_what_no_row_names {
        return Err(Failure::Refused(format!(
            "{} ({}) may hold documents that were acknowledged and that no row of the database names: the next gateway deletes them once they are released. \
             `chunkgate verify --journal` counts what is in them; `chunkgate content release --delete-what-no-row-names` does it",
            counted(segments as u64, "segment"),
            bytes(length)
        )));
    }
    let _directory = lock(settings, backend)?;
    backend.database().release_journal(pairing.store()).await?;
    note!("{} may be reclaimed", counted(segments as u64, "segment"));
    Ok(())
}

/// Takes the place of the gateway, so that none serves meanwhile.
fn lock(settings: &Settings, backend: &Backend) -> Result<Directory, Failure> {
    Directory::open(Arc::new(RealDisk), backend.content()).map_err(|error| match error {
        ContentError::Io {
            operation: "lock",
            source,
            ..
        } if source.kind() == io::ErrorKind::WouldBlock => Failure::Refused(format!(
            "a gateway serves the data directory {}: stop it first",
            settings.server.data_dir.display()
        )),
        error => error.into(),
    })
}

fn bytes(number: u64) -> String {
    format!("{} bytes", thousands(number))
}
