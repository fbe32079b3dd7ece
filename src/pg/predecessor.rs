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

/// Waits up to `limit` until no process of an earlier server works in `cluster`, and asks one that
/// runs to stop. The caller owns the data directory, so nobody else needs it.
///
/// Then a `postmaster.pid` that is left is stale. Postgres recognises that only if its process
/// number is free, and in a container that restarts the number regularly belongs to another
/// process by then; so the file is removed here.
pub(super) async fn end(cluster: &Path, limit: Duration) -> Result<(), PgError> {
    let deadline = Instant::now() + limit;
    let mut asked = false;
    loop {
        let Ok(processes) = servers_in(cluster) else {
            // Without /proc nothing is known, and Postgres' own checks must do.
            return Ok(());
        };
        let Some(&process) = processes.first() else {
            return remove_if_there(&pid_file::path(cluster));
        };
        if !asked {
            asked = true;
            ask_to_stop(cluster, &processes);
        }
        if Instant::now() >= deadline {
            return Err(PgError::StillRunning {
                cluster: cluster.to_owned(),
                process,
                waited: limit,
            });
        }
        sleep(LOOK_AGAIN).await;
    }
}

fn ask_to_stop(cluster: &Path, processes: &[i32]) {
    tracing::info!(?processes, "waiting for an earlier PostgreSQL to end");
    if let Some(pid) = pid_file::read(cluster).map(|file| file.pid)
        && processes.contains(&pid)
    {
        // It may have ended just now.
        let _ = kill(Pid::from_raw(pid), Signal::SIGINT);
    }
}

/// The server processes that work in `cluster`: the postmaster and its children.
fn servers_in(cluster: &Path) -> io::Result<Vec<i32>> {
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
