//! Makes the cluster, whole or not at all.

use std::{
    env, fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{process::Command, time::timeout};

use super::{PgError, Programs, ROLE, cluster::Durability, data_dir::sync_directory};

/// How the name of a cluster in the making begins, beside the cluster's own.
const DRAFT: &str = "postgres.new-";

/// Makes the cluster `cluster` if it does not exist.
///
/// `initdb` works under another name, which is renamed when everything is on disk: a cluster that
/// exists is a finished one.
pub(super) async fn ensure(
    cluster: &Path,
    programs: &Programs,
    durability: Durability,
    limit: Duration,
) -> Result<(), PgError> {
    let parent = cluster.parent().unwrap_or(cluster);
    remove_drafts(parent);
    if cluster.join("PG_VERSION").exists() {
        return Ok(());
    }
    let draft = draft_name(parent);
    fs::DirBuilder::new()
        .mode(0o700)
        .create(&draft)
        .map_err(PgError::io("create", &draft))?;
    initdb(&draft, programs, durability, limit).await?;
    fs::rename(&draft, cluster).map_err(PgError::io("rename", &draft))?;
    sync_directory(parent)?;
    tracing::info!(cluster = %cluster.display(), version = programs.version(), "made a PostgreSQL cluster");
    Ok(())
}

/// A new name each time: an `initdb` that outlived its gateway may still write under an old one.
fn draft_name(parent: &Path) -> PathBuf {
    parent.join(format!("{DRAFT}{}", uuid::Uuid::new_v4().simple()))
}

/// Removes what interrupted attempts left. Failing to only costs space.
fn remove_drafts(parent: &Path) {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(DRAFT)) {
        if let Err(error) = fs::remove_dir_all(entry.path()) {
            tracing::warn!(path = %entry.path().display(), %error, "cannot remove a half-made cluster");
        }
    }
}

async fn initdb(
    directory: &Path,
    programs: &Programs,
    durability: Durability,
    limit: Duration,
) -> Result<(), PgError> {
    let program = programs.initdb();
    let mut command = Command::new(&program);
    command
        .arg("--pgdata")
        .arg(directory)
        .args(["--username", ROLE])
        .args(["--encoding=UTF8", "--locale=C", "--data-checksums"])
        .args(["--auth-local=peer", "--auth-host=reject"]);
    if durability == Durability::FsyncOff {
        command.arg("--no-sync");
    }
    command.stdin(Stdio::null()).kill_on_drop(true);
    clean_environment(command.as_std_mut());

    let failed = |status: String, output: &[u8]| PgError::Failed {
        program: program.clone(),
        status,
        output: String::from_utf8_lossy(output).trim().to_owned(),
    };
    match timeout(limit, command.output()).await {
        Err(_) => Err(failed(format!("no end within {limit:?}"), b"")),
        Ok(Err(error)) => Err(PgError::io("run", &program)(error)),
        Ok(Ok(output)) if output.status.success() => Ok(()),
        Ok(Ok(output)) => Err(failed(output.status.to_string(), &output.stderr)),
    }
}

/// What a program of Postgres' needs of our environment: where programs, libraries and temporary files
/// are, and who users are where a library says so.
const NEEDED: [&str; 7] = [
    "PATH",
    "TZ",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "NSS_WRAPPER_PASSWD",
    "NSS_WRAPPER_GROUP",
];

/// Leaves nothing of our environment to a program but what it needs. The settings in it are secrets,
/// as those of the deliveries; some are meant for another server (`PGDATA`, `PGOPTIONS`); and a server
/// that is ready is not a gateway that is ready (`NOTIFY_SOCKET`). Its messages are in the language
/// this crate's documentation quotes.
pub(super) fn clean_environment(command: &mut std::process::Command) {
    command.env_clear().env("LC_ALL", "C");
    let needed = NEEDED
        .into_iter()
        .filter_map(|name| Some((name, env::var_os(name)?)));
    command.envs(needed);
}
