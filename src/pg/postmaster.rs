//! One run of the server process.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    PgError,
    cluster::{ClusterOptions, Durability},
    initdb::clean_environment,
    log::Log,
    pid_file, predecessor,
};

/// How often to look whether the server is ready; it tells by a file.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How long an immediate shutdown may take; it writes nothing. The server kills its own processes
/// after 5 s.
const IMMEDIATE: Duration = Duration::from_secs(7);

/// How long a fast shutdown may take before it must be seen to write its checkpoint. A server that
/// recovers from the crash of one of its processes may never get there.
const REACTION: Duration = Duration::from_secs(2);

/// How often to look whether it still does.
const STILL_WRITES: Duration = Duration::from_millis(250);

/// A server that takes connections, or did.
#[derive(Debug)]
pub(super) struct Postmaster {
    child: Child,
    log: Log,
    cluster: PathBuf,
}

impl Postmaster {
    /// Starts the server and waits until it takes connections; gives up early on `stop`.
    pub(super) async fn launch(
        options: &ClusterOptions,
        sockets: &Path,
        stop: &CancellationToken,
    ) -> Result<Self, PgError> {
        predecessor::end(&options.cluster, options.stop_timeout).await?;
        let (log, output) = Log::open(&options.log)?;
        let errors = output
            .try_clone()
            .map_err(PgError::io("open a pipe for", &options.log))?;
        let child = command(options, sockets)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(PgError::io("run", options.programs.postgres()))?;
        let mut postmaster = Self {
            child,
            log,
            cluster: options.cluster.clone(),
        };
        match postmaster.ready(options, stop).await {
            Ok(()) => Ok(postmaster),
            Err(reason) => Err(postmaster.give_up(reason, options.stop_timeout).await),
        }
    }

    async fn ready(
        &mut self,
        options: &ClusterOptions,
        stop: &CancellationToken,
    ) -> Result<(), String> {
        let deadline = Instant::now() + options.start_timeout;
        loop {
            let file = pid_file::read(&options.cluster);
            if file.is_some_and(|file| file.ready && Some(file.pid) == self.pid()) {
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("it ended with {status}"));
            }
            if stop.is_cancelled() {
                return Err("the gateway stops".to_owned());
            }
            if Instant::now() >= deadline {
                return Err(format!(
                    "it was not ready within {:?}",
                    options.start_timeout
                ));
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    async fn give_up(mut self, reason: String, limit: Duration) -> PgError {
        if let Err(error) = self.stop(limit).await {
            tracing::warn!(%error, "a PostgreSQL that did not start did not stop either");
        }
        PgError::NotStarted {
            reason,
            tail: self.log.last_words().await,
            log: self.log.path().to_owned(),
        }
    }

    /// The process; `None` once it has ended.
    pub(super) fn pid(&self) -> Option<i32> {
        self.child.id().and_then(|id| id.try_into().ok())
    }

    /// Returns when the server has ended: how, and the end of its log.
    pub(super) async fn ended(&mut self) -> (String, String) {
        let status = match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        (status, self.log.last_words().await)
    }

    /// Stops the server: it ends its connections and writes a checkpoint, for which it has `limit`.
    /// One that does not get there is stopped without.
    ///
    /// # Errors
    /// [`PgError::Killed`] if neither helped.
    pub(super) async fn stop(&mut self, limit: Duration) -> Result<(), PgError> {
        let Some(pid) = self.pid() else {
            return Ok(());
        };
        // Until the child is waited for, the number is its own.
        let _ = kill(Pid::from_raw(pid), Signal::SIGINT);
        let began = Instant::now();
        let mut patience = REACTION.min(limit);
        while timeout(patience, self.child.wait()).await.is_err() {
            if began.elapsed() >= limit || !writes_checkpoint(&self.cluster) {
                let waited = began.elapsed();
                tracing::warn!(
                    ?waited,
                    "PostgreSQL does not stop in order: stopping it without a checkpoint"
                );
                let _ = kill(Pid::from_raw(pid), Signal::SIGQUIT);
                if timeout(IMMEDIATE, self.child.wait()).await.is_ok() {
                    return Ok(());
                }
                // It may end on its own just now, which is as good.
                let _ = self.child.kill().await;
                return Err(PgError::Killed(began.elapsed()));
            }
            patience = STILL_WRITES;
        }
        Ok(())
    }
}

/// Whether the server is at its last checkpoint, as one of its processes says in its title. Nothing
/// else of a shutdown takes long.
fn writes_checkpoint(cluster: &Path) -> bool {
    let processes = predecessor::servers_in(cluster).unwrap_or_default();
    processes.into_iter().any(|process| {
        let title = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
        title.contains("shutdown checkpoint")
    })
}

fn command(options: &ClusterOptions, sockets: &Path) -> Command {
    let mut command = Command::new(options.programs.postgres());
    command.arg("-D").arg(&options.cluster);
    let mut set = |name: &str, value: &str| {
        command.arg("-c").arg(format!("{name}={value}"));
    };
    set("listen_addresses", "");
    set("unix_socket_directories", &sockets.to_string_lossy());
    set("unix_socket_permissions", "0700");
    set("port", "5432");
    set("max_connections", &options.max_connections.to_string());
    set("logging_collector", "off");
    set("log_destination", "stderr");
    set("log_timezone", "UTC");
    let durable = match options.durability {
        Durability::Durable => "on",
        Durability::FsyncOff => "off",
    };
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        set(name, durable);
    }
    for (name, value) in &options.settings {
        set(name, value);
    }
    // Not in the gateway's group: Ctrl-C in a terminal goes to the whole group.
    command.process_group(0);
    clean_environment(command.as_std_mut());
    command
}
