//! What must happen to the process before a command may work: root given up, logs, a runtime.

use std::io::ErrorKind;

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
    Ok(logs::init(settings.log.format, level)?)
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
    let directory = &settings.server.data_dir;
    let cluster = directory.join("postgres").metadata();
    let is_missing = cluster.is_err_and(|error| error.kind() == ErrorKind::NotFound);
    if settings.database.url.is_none() && is_missing {
        return Err(Failure::Refused(format!(
            "there is no chunkgate data in {}: name the gateway's directory with --data-dir (server.data_dir)",
            directory.display()
        )));
    }
    with_backend(settings, work)
}

/// Does `work` on the database of `settings`: beside a running gateway, or alone.
pub(super) fn with_backend<T, W>(settings: &Settings, work: W) -> Result<T, Failure>
where
    W: AsyncFnOnce(&Backend) -> Result<T, Failure>,
{
    // A server elsewhere is reached with this user's own rights. Our own Postgres does not run as
    // root, and admits only the user who owns its directory.
    if settings.database.url.is_none() {
        leave_root(settings)?;
    }
    quiet_logs(settings)?;
    block_on(async {
        let backend = Backend::open(settings).await?;
        let worked = work(&backend).await;
        let closed = backend.close().await;
        let result = worked?;
        closed?;
        Ok(result)
    })
}
