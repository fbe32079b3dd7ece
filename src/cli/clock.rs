//! `chunkgate clock`: what is made of the database's clock, by which uploads expire and documents are dropped.

use std::time::Duration;

use clap::Subcommand;

use crate::{backend::Backend, settings::Settings};

use super::{
    Failure, Options,
    output::{self, when},
    process,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show the database's time, and whether it has jumped.
    #[command(after_help = "Example:\n  chunkgate clock show")]
    Show,
    /// Take the database's time for right after it has jumped forward.
    ///
    /// Until then, whatever goes by age is held back by the jump: uploads do not expire, documents and rows are not
    /// deleted, faxes are not given up. That ends by itself when the clock is set back, or when as much time has passed
    /// as it had skipped. After this command, what the new time calls too old is deleted; uploads that are under
    /// way live as long as before.
    #[command(after_help = "Example:\n  chunkgate clock accept")]
    Accept,
}

pub(super) fn run(options: &Options, command: &Command) -> Result<(), Failure> {
    let settings: Settings = options.load()?.settings;
    process::with_existing_backend(&settings, async |backend| match command {
        Command::Show => show(backend).await,
        Command::Accept => accept(backend).await,
    })
}

async fn show(backend: &Backend) -> Result<(), Failure> {
    let (at, state) = backend.database().clock().await?;
    let mut rows = vec![["the database's time".to_owned(), when(at)]];
    if let Some(seen_at) = state.seen_at {
        rows.push(["seen by a gateway".to_owned(), when(seen_at)]);
    }
    rows.push(["held back by".to_owned(), span(state.held_back)]);
    if state.held_back > 0.0 {
        rows.push([
            "believed again in".to_owned(),
            span((state.held_back - state.held_for).max(0.0)),
        ]);
    }
    output::print(&output::columns(&rows))
}

async fn accept(backend: &Backend) -> Result<(), Failure> {
    let seconds = backend.database().accept_clock().await?;
    if seconds > 0.0 {
        note!(
            "the clock is believed again; it was held back by {}",
            span(seconds)
        );
    } else {
        note!("the clock has not jumped: there is nothing to do");
    }
    Ok(())
}

/// Whole seconds, for people.
fn span(seconds: f64) -> String {
    let span = Duration::try_from_secs_f64(seconds.round()).unwrap_or_default();
    humantime::format_duration(span).to_string()
}
