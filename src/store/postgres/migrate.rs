//! Bringing the database's tables up to date, one process at a time.

use std::time::{Duration, Instant};

use super::connect::{ConnectError, Connector, chain};

refinery::embed_migrations!("sql/migrations");

/// The advisory lock under which migrations run: "chunkgat" as bytes.
const LOCK: i64 = 0x6368_756e_6b67_6174;
/// How long another process may take for its migrations.
const WAIT: Duration = Duration::from_mins(1);
/// How often the lock is tried.
const TRY_EVERY: Duration = Duration::from_millis(100);

/// Why the tables could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// Another process keeps the lock.
    #[error("another process has been migrating this database for {} s; if none is running, look for sessions that hold advisory lock {LOCK} in pg_locks", WAIT.as_secs())]
    Locked,
    /// A migration failed, or the database was migrated by a newer chunkgate.
    #[error("cannot bring the database up to date: {0}")]
    Failed(String),
}

/// What was done.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Migrated {
    /// Migrations that were applied now, as `V1 core`.
    pub applied: Vec<String>,
    /// The version the database has now.
    pub version: i32,
}

/// Applies the migrations that the database lacks. Refinery takes no lock, so this does.
///
/// # Errors
/// See [`MigrateError`]; a failed migration leaves the tables as they were.
pub async fn migrate(connector: &Connector) -> Result<Migrated, MigrateError> {
    let (mut client, _driver) = connector.open_or_explain().await?;
    let failed = |error: &dyn std::error::Error| MigrateError::Failed(chain(error));
    let deadline = Instant::now() + WAIT;
    loop {
        let row = client
            .query_one("SELECT pg_try_advisory_lock($1)", &[&LOCK])
            .await
            .map_err(|e| failed(&e))?;
        if row.try_get(0).map_err(|e| failed(&e))? {
            break;
        }
        if Instant::now() >= deadline {
            return Err(MigrateError::Locked);
        }
        tokio::time::sleep(TRY_EVERY).await;
    }
    // A long migration is not a hanging request. The lock goes with the connection.
    client
        .batch_execute("SET statement_timeout = 0")
        .await
        .map_err(|e| failed(&e))?;
    let runner = migrations::runner();
    let version = runner
        .get_migrations()
        .iter()
        .map(refinery::Migration::version)
        .max()
        .unwrap_or(0);
    let report = runner
        .run_async(&mut client)
        .await
        .map_err(|e| failed(&e))?;
    let applied = report
        .applied_migrations()
        .iter()
        .map(|migration| format!("V{} {}", migration.version(), migration.name()))
        .collect();
    Ok(Migrated { applied, version })
}
