//! What must happen to the process before a command may work: root given up, logs, a runtime.

use std::{fs, io::ErrorKind};

use tokio::runtime::Builder;
use tracing::Level;

use crate::{
    backend::Backend,
    pg::privileges::{self, MachineUsers, Plan},
    settings::Settings,
    telemetry::logs,
};

use super::Failure;

/// Gives up root for the user that owns the data directory, which is made ready for it. Called
/// before any thread starts.
pub(super) fn leave_root(settings: &Settings) -> Result<(), Failure> {
    let plan = plan(settings)?;
    if let Plan::Become(user) = &plan {
        privileges::hand_over(user, &settings.server.data_dir)?;
    }
    Ok(privileges::apply(&plan)?)
}

/// Whom to become.
pub(super) fn plan(settings: &Settings) -> Result<Plan, Failure> {
    let server = &settings.server;
    Ok(privileges::plan(
        rustix::process::geteuid().as_raw(),
        privileges::owner(&server.data_dir),
        server.user.as_deref(),
        &MachineUsers,
    )?)
}

/// Starts the log lines of a command whose user reads its messages: only what needs attention.
pub(super) fn quiet_logs(settings: &Settings) -> Result<(), Failure> {
    let level = settings.log.level.min(Level::WARN);
    Ok(logs::init_command(settings.log.format, level)?)
}

/// Runs a command to its end.
pub(super) fn block_on<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::io("cannot start the runtime"))?;
    let result = runtime.block_on(command);
    // Blocking work that nobody waits for any more must not keep the process.
    runtime.shutdown_background();
    result
}

/// Does `work` on a database that exists already; [`with_backend`] makes a new one.
pub(super) fn with_existing_backend<T, W>(settings: &Settings, work: W) -> Result<T, Failure>
where
    W: AsyncFnOnce(&Backend) -> Result<T, Failure>,
{
    if lacks_database(settings) {
        return Err(Failure::Refused(format!(
            "there is no chunkgate data in {}: name the gateway's directory with --data-dir (server.data_dir)",
            settings.server.data_dir.display()
        )));
    }
    with_backend(settings, work)
}

/// The same for a command that writes to the data directory, which is of no use if that becomes root's.
pub(super) fn with_directory<T, W>(settings: &Settings, work: W) -> Result<T, Failure>
where
    W: AsyncFnOnce(&Backend) -> Result<T, Failure>,
{
    if settings.database.url.is_some() && !is_roots(settings) {
        leave_root(settings)?;
    }
    with_existing_backend(settings, work)
}

/// Whether the data directory was filled by root, so that nobody else can use it.
fn is_roots(settings: &Settings) -> bool {
    let server = &settings.server;
    let is_filled = || fs::read_dir(&server.data_dir).is_ok_and(|mut it| it.next().is_some());
    server.user.is_none() && privileges::owner(&server.data_dir) == Some(0) && is_filled()
}

/// Whether a Postgres of our own would have to be made first.
fn lacks_database(settings: &Settings) -> bool {
    let cluster = settings.server.data_dir.join("postgres").metadata();
    let is_missing = cluster.is_err_and(|error| error.kind() == ErrorKind::NotFound);
    settings.database.url.is_none() && is_missing
}

/// Does `work` on the database of `settings`: beside a running gateway, or alone.
pub(super) fn with_backend<T, W>(settings: &Settings, work: W) -> Result<T, Failure>
where
    W: AsyncFnOnce(&Backend) -> Result<T, Failure>,
{
    // Asked for while root, who may look everywhere.
    let is_new = lacks_database(settings);
    let directory = std::path::absolute(&settings.server.data_dir);
    // A server elsewhere is reached with this user's own rights. Our own Postgres does not run as
    // root, and admits only the user who owns its directory.
    if settings.database.url.is_none() {
        leave_root(settings)?;
    }
    quiet_logs(settings)?;
    block_on(async {
        let backend = Backend::open(settings).await?;
        if is_new {
            // Whoever meant the directory of a gateway should see that this is none.
            let directory = directory.as_ref().unwrap_or(&settings.server.data_dir);
            note!("made a new database in {}", directory.display());
        }
        let worked = work(&backend).await;
        let closed = backend.close().await;
        let result = worked?;
        closed?;
        Ok(result)
    })
}
