//! SIGHUP: reads again what can be read again, and says what takes a restart.

use std::sync::Arc;

use tokio::{signal::unix::Signal, task::block_in_place};
use tracing::{error, info};

use crate::{http::tls::Certificates, settings::Loaded, telemetry::logs::Logs};

use super::{Options, serve::Ports};

/// The settings that a reload puts into force.
const RELOADED: [&str; 2] = ["log.level", "log.file"];

/// What a gateway was started with, to be read again.
pub(super) struct Reloading {
    pub options: Options,
    pub ports: Ports,
    /// As they are in force.
    pub loaded: Loaded,
    pub logs: Logs,
}

impl Reloading {
    /// Reloads at each signal.
    pub async fn run(mut self, certificates: Option<Arc<Certificates>>, mut hang_ups: Signal) {
        while hang_ups.recv().await.is_some() {
            block_in_place(|| self.reload(certificates.as_deref()));
        }
    }

    fn reload(&mut self, certificates: Option<&Certificates>) {
        if let Some(certificates) = certificates {
            // It logs by itself whether the pair can be used.
            certificates.refresh(true);
        }
        let loaded = match self.options.load_with(self.ports.flags()) {
            Ok(loaded) => loaded,
            Err(error) => {
                error!(%error, "settings not reloaded: those in force stay");
                return;
            }
        };
        if let Err(error) = self.logs.reload(&loaded.settings.log) {
            error!(%error, "settings not reloaded: those in force stay");
            return;
        }
        let needs_restart: Vec<&str> = self
            .loaded
            .changes(&loaded)
            .filter(|key| !RELOADED.contains(key))
            .collect();
        let log = &loaded.settings.log;
        let level = if Logs::level_is_overruled() {
            "that of RUST_LOG".to_owned()
        } else {
            log.level.to_string().to_lowercase()
        };
        info!(
            certificate = certificates.map(|_| "tls.certificate"),
            level,
            file = log.file.as_ref().map(|path| path.display().to_string()),
            needs_restart = (!needs_restart.is_empty()).then(|| needs_restart.join(", ")),
            "reloaded"
        );
    }
}
