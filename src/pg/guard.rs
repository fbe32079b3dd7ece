//! Ends the server when the gateway has gone, also after `kill -9`.
//!
//! A parent-death signal would follow the thread that started the server, not the process. A pipe
//! follows the process: the kernel closes it however the gateway ends. A small shell script holds
//! the other end and then shuts the server down.

use std::{path::Path, process::Stdio, time::Duration};

use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStdin, Command},
    time::timeout,
};

use super::{PgError, initdb::clean_environment};

/// What the watcher runs.
const SCRIPT: &str = include_str!("guard.sh");

/// The shell it runs in.
const SHELL: &str = "/bin/sh";

/// How long a dismissed watcher may take to leave; nothing depends on it.
const LEAVE: Duration = Duration::from_secs(1);

/// The watcher of one server. Dropping it, in any way, ends the server.
#[derive(Debug)]
pub(super) struct Guard {
    watcher: Child,
    /// The gateway's end of the pipe. No other child inherits it.
    pipe: ChildStdin,
}

impl Guard {
    /// Starts watching, before the server is started.
    ///
    /// `cluster` is canonical.
    pub(super) fn start(cluster: &Path, sockets: &Path) -> Result<Self, PgError> {
        let mut command = Command::new(SHELL);
        clean_environment(command.as_std_mut());
        let mut watcher = command
            .args(["-c", SCRIPT, "chunkgate-guard"])
            .args([cluster, sockets])
            .current_dir("/")
            // Not in the gateway's group: Ctrl-C in a terminal goes to the whole group.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(PgError::io("run", SHELL))?;
        let pipe = watcher.stdin.take().expect("stdin is piped");
        Ok(Self { watcher, pipe })
    }

    /// Returns when the watcher has ended, which it should not do before it is dismissed.
    pub(super) async fn ended(&mut self) {
        // An error means that there is nothing left to wait for.
        let _ = self.watcher.wait().await;
    }

    /// Lets the watcher go, after the server has been stopped.
    pub(super) async fn dismiss(mut self) {
        // If it has gone already, so much the better.
        let _ = self.pipe.write_all(b"stopped\n").await;
        let _ = timeout(LEAVE, self.watcher.wait()).await;
    }
}
