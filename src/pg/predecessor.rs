//! The server of an earlier gateway, or what is left of it.

use std::{fs, io, path::Path, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::time::{Instant, sleep};

use super::{PgError, data_dir::remove_if_there, pid_file};

/// How often to look whether it has ended; it is not our child, so no event tells.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// After how long processes of a server are told to end that has lost its postmaster, or whose
/// postmaster does not end them; and after how long all of them are killed. What was committed is on
/// disk.
const QUIT_AFTER: Duration = Duration::from_millis(300);
const KILL_AFTER: Duration = Duration::from_secs(1);

/// Ends what is left of an earlier server in `cluster`, and waits up to `limit` for that. The caller
/// owns the data directory, so nobody else needs it; and whoever does not end at once waits for a
/// checkpoint or a lock, and the clients wait for us.
///
/// Then a `postmaster.pid` that is left is stale. Postgres recognises that only if its process
/// number is free, and in a container that restarts the number regularly belongs to another
/// process by then; so the file is removed here.
pub(super) async fn end(cluster: &Path, limit: Duration) -> Result<(), PgError> {
    let begun = Instant::now();
    let mut sent = None;
    loop {
        let Ok(processes) = servers_in(cluster) else {
            // Without /proc nothing is known, and Postgres' own checks must do.
            return Ok(());
        };
        let Some(&process) = processes.first() else {
            return remove_if_there(&pid_file::path(cluster));
        };
        let waited = begun.elapsed();
        if sent.is_none() {
            tracing::info!(?processes, "ending an earlier PostgreSQL");
        }
        // The postmaster first, which ends the others itself.
        let postmaster = pid_file::read(cluster).map(|file| file.pid);
        let (signal, to): (_, Vec<i32>) = if waited >= KILL_AFTER {
            (Signal::SIGKILL, processes)
        } else if waited >= QUIT_AFTER {
            (Signal::SIGQUIT, processes)
        } else {
            let postmaster = processes.into_iter().find(|it| Some(*it) == postmaster);
            (Signal::SIGQUIT, postmaster.into_iter().collect())
        };
        let step = (signal, to.clone());
        if sent.as_ref() != Some(&step) {
            for process in to {
                // It may have ended just now.
                let _ = kill(Pid::from_raw(process), signal);
            }
            sent = Some(step);
        }
        // Killed processes that do not end wait for a disk.
        if waited >= limit {
            return Err(PgError::StillRunning {
                cluster: cluster.to_owned(),
                process,
                waited: limit,
            });
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// The server processes that work in `cluster`: the postmaster and its children.
pub(super) fn servers_in(cluster: &Path) -> io::Result<Vec<i32>> {
    let processes = fs::read_dir("/proc")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| is_server_in(cluster, *pid).unwrap_or(false))
        .collect();
    Ok(processes)
}

/// Fails for a process that ended meanwhile, or is another user's and so not ours.
fn is_server_in(cluster: &Path, pid: i32) -> io::Result<bool> {
    let process = Path::new("/proc").join(pid.to_string());
    // A shell may work in the directory too.
    let is_server = fs::read_to_string(process.join("comm"))?.trim_end() == "postgres";
    Ok(is_server && fs::read_link(process.join("cwd"))? == cluster)
}
