//! `chunkgate demo`: the whole path of a document, shown on a gateway that then serves on.

mod document;
mod fax;
mod place;
mod tour;
mod transcript;

use std::path::PathBuf;

use clap::Args;
use tokio::{pin, select, sync::oneshot};
use tracing::Level;

use crate::{
    app::App,
    settings::{DeliveryName, Log, Settings},
    telemetry::logs::{self, Logs},
};

use super::{
    Failure, Options,
    fax::spool_directory,
    output, password, process,
    serve::Ports,
    signals,
    upload::{self, Accepted, Observer},
};
use document::Document;
use tour::Tour;

/// Show the whole path of a document: start a gateway, upload a file, verify it, fax it, serve on.
///
/// Starts a gateway like `serve`, adds the account `demo` with a new password, uploads a file over
/// SOAP in chunks of 100 kB, shows where its bytes lie, reads them back and compares them. Then it
/// submits the file as a fax to a number that nobody has, and shows how it lies in the spool and
/// how a program of yours says that it was sent; nothing is dialled. A file of a type that is not
/// faxed (`fax.file_types`) is only uploaded.
///
/// After that it serves until Ctrl-C, so that you can try a client of your own.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate demo
  chunkgate demo scan.pdf --listen 127.0.0.1:9090")]
pub(super) struct Arguments {
    /// The file to upload; without it, a PDF that chunkgate brings along
    file: Option<PathBuf>,
    #[command(flatten)]
    ports: Ports,
}

pub(super) fn run(options: &Options, arguments: &Arguments) -> Result<(), Failure> {
    signals::survive_hang_ups().map_err(Failure::io("cannot listen for signals"))?;
    let mut loaded = options.load_with(arguments.ports.flags())?;
    // Opened with the rights of whoever started us, who may be root.
    let document = Document::open(arguments.file.as_deref())?;
    place::leave_root(&mut loaded)?;
    let mut settings = loaded.settings;
    // Nothing is dialled, whatever the settings say.
    settings.fax.delivery = DeliveryName::Spool;
    // Whoever looks on reads the transcript: of the log, only what needs attention.
    let _logs = Logs::start(&Log {
        level: settings.log.level.min(Level::WARN),
        file: None,
        ..settings.log
    })?;
    let shown = process::block_on(demo(&settings, document));
    logs::flush();
    shown
}

async fn demo(settings: &Settings, document: Document) -> Result<(), Failure> {
    note!(
        "Starting a gateway in {} ...",
        settings.server.data_dir.display()
    );
    let app = App::start(settings).await?;
    let asked_to_stop = signals::stop().map_err(Failure::io("cannot listen for signals"))?;
    let tour = Tour::new(settings, &app);
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = app.run_until(async {
        // Dropping the sender says it too.
        let _ = stopped.await;
    });
    let touring = async {
        pin!(asked_to_stop);
        select! {
            () = &mut asked_to_stop => return Ok::<_, Failure>(()),
            toured = tour.run(document) => toured?,
        }
        asked_to_stop.await;
        Ok(())
    };
    pin!(serving);
    let toured = select! {
        served = &mut serving => return Ok(served?),
        toured = touring => toured,
    };
    note!("Stopping ...");
    drop(stop);
    let served = serving.await;
    toured?;
    Ok(served?)
}
