//! Keeps the server up until it is told to stop.

use std::time::Duration;

use tokio::{
    select,
    sync::watch,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    PgError, cluster::ClusterOptions, guard::Guard, postmaster::Postmaster, socket_dir::SocketDir,
};

/// The pauses before restarts: doubled from the first to the last, which stays.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// A server that ran this long had started well, so the pauses begin anew.
const RAN_WELL: Duration = Duration::from_mins(1);

/// Owns everything the running server needs.
pub(super) struct Supervisor {
    pub(super) options: ClusterOptions,
    // Before the sockets: when the supervisor is dropped, the guard stops the server.
    pub(super) guard: Guard,
    pub(super) sockets: SocketDir,
    pub(super) running: watch::Sender<Option<i32>>,
    pub(super) stop: CancellationToken,
}

impl Supervisor {
    /// Runs until `stop` is cancelled, then stops the server.
    pub(super) async fn run(mut self, mut postmaster: Postmaster) -> Result<(), PgError> {
        let mut pause = FIRST_PAUSE;
        let mut started = Instant::now();
        loop {
            select! {
                () = self.stop.cancelled() => return self.finish(Some(postmaster)).await,
                () = self.guard.ended() => {
                    self.replace_guard().await;
                    continue;
                }
                (status, tail) = postmaster.ended() => {
                    tracing::error!(status, tail, "PostgreSQL ended by itself");
                }
            }
            self.running.send_replace(None);
            if started.elapsed() >= RAN_WELL {
                pause = FIRST_PAUSE;
            }
            let Some(next) = self.restart(&mut pause).await else {
                return self.finish(None).await;
            };
            postmaster = next;
            started = Instant::now();
            self.running.send_replace(postmaster.pid());
        }
    }

    /// Tries until the server is up again; `None` if it is to stop instead.
    async fn restart(&self, pause: &mut Duration) -> Option<Postmaster> {
        loop {
            select! {
                () = self.stop.cancelled() => return None,
                () = sleep(*pause) => {}
            }
            *pause = (*pause * 2).min(LAST_PAUSE);
            match Postmaster::launch(&self.options, self.sockets.path(), &self.stop).await {
                Ok(postmaster) => {
                    tracing::info!(pid = postmaster.pid(), "restarted PostgreSQL");
                    return Some(postmaster);
                }
                Err(error) => tracing::error!(%error, "cannot restart PostgreSQL"),
            }
        }
    }

    /// Somebody ended the watcher, and an unwatched server would outlive a killed gateway.
    async fn replace_guard(&mut self) {
        match Guard::start(&self.options.cluster, self.sockets.path()) {
            Ok(guard) => {
                tracing::warn!("replaced PostgreSQL's watcher, which had ended");
                self.guard = guard;
            }
            Err(error) => tracing::error!(%error, "cannot replace PostgreSQL's watcher"),
        }
        // Whatever ends watchers may go on doing so.
        select! {
            () = self.stop.cancelled() => {}
            () = sleep(LAST_PAUSE) => {}
        }
    }

    async fn finish(self, postmaster: Option<Postmaster>) -> Result<(), PgError> {
        self.running.send_replace(None);
        let stopped = match postmaster {
            Some(mut postmaster) => postmaster.stop(self.options.stop_timeout).await,
            None => Ok(()),
        };
        self.guard.dismiss().await;
        stopped
    }
}
