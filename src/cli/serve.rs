//! `chunkgate serve`: the gateway.

use clap::Args;
use sd_notify::NotifyState;
use tracing::{info, warn};

use crate::{
    app::App,
    telemetry::logs::{self, Logs},
};

use super::{Failure, Options, process, reload::Reloading, signals};

/// Serve upload clients until told to stop.
///
/// Ctrl-C or SIGTERM ends it: requests in flight are finished first, a second signal ends it at
/// once. SIGHUP reads certificate, `log.level` and `log.file` again; the log says what else of the
/// settings has changed and takes a restart.
///
/// Without `database.url` it runs a Postgres of its own in the data directory. Started by root, it
/// becomes the user `server.user`, or the owner of the data directory, before it does anything.
/// Under systemd (Type=notify) it says when it is ready.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate serve
  chunkgate serve --data-dir /var/lib/chunkgate --listen 0.0.0.0:8080
  chunkgate serve --config /etc/chunkgate.toml")]
pub(super) struct Arguments {
    #[command(flatten)]
    ports: Ports,
}

/// Where a gateway listens.
#[derive(Clone, Debug, Args)]
pub(super) struct Ports {
    /// Address and port for clients (server.listen)
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Address and port for operators: readiness and metrics (admin.listen)
    #[arg(long, value_name = "ADDR")]
    admin_listen: Option<String>,
}

impl Ports {
    /// The options by the names of their settings.
    pub fn flags(&self) -> [(&'static str, Option<String>); 2] {
        [
            ("server.listen", self.listen.clone()),
            ("admin.listen", self.admin_listen.clone()),
        ]
    }
}

pub(super) fn run(options: &Options, arguments: &Arguments) -> Result<(), Failure> {
    signals::survive_hang_ups().map_err(Failure::io("cannot listen for signals"))?;
    let loaded = options.load_with(arguments.ports.flags())?;
    process::leave_root(&loaded.settings)?;
    let logs = Logs::start(&loaded.settings.log)?;
    let served = process::block_on(serve(Reloading {
        options: options.clone(),
        ports: arguments.ports.clone(),
        loaded,
        logs,
    }));
    logs::flush();
    served
}

async fn serve(reloading: Reloading) -> Result<(), Failure> {
    // Before anything that takes time.
    let hang_ups = signals::hang_ups().map_err(Failure::io("cannot listen for signals"))?;
    signals::explain_others().map_err(Failure::io("cannot listen for signals"))?;
    let app = App::start(&reloading.loaded.settings).await?;
    let stop = signals::stop().map_err(Failure::io("cannot listen for signals"))?;
    tokio::spawn(reloading.run(app.certificates().cloned(), hang_ups));
    info!(clients = %app.address(), tls = app.tls_address().map(tracing::field::display), operators = %app.admin_address(), "ready");
    tell_systemd(NotifyState::Ready);
    app.run_until(async {
        stop.await;
        tell_systemd(NotifyState::Stopping);
    })
    .await?;
    Ok(())
}

/// Does nothing if systemd did not start us, or does not want to know.
fn tell_systemd(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        warn!(%error, "systemd could not be told");
    }
}
