//! One gateway for a journal, also when somebody has copied the journal's directory.
//!
//! The lock on the directory keeps two processes out of one directory. A copy of it, on another
//! machine or restored from a backup, has a lock of its own and the same identity; two gateways
//! that write to both would overwrite each other's rows. So the database has a lock, too.

use std::time::Duration;

use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::content::StoreId;

use super::connect::{ConnectError, Connector};

/// How long the connection of a gateway that was just killed may take to go.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the lock is tried.
const TRY_EVERY: Duration = Duration::from_millis(250);

/// An advisory lock on the content store, held on a connection of its own until it is dropped.
pub struct GatewayLock {
    keeper: JoinHandle<()>,
    lost: CancellationToken,
}

impl GatewayLock {
    /// Takes the lock of `store`; `None` if another gateway holds it.
    ///
    /// When the connection breaks, the lock is taken again as soon as the database answers.
    ///
    /// # Errors
    /// [`ConnectError::Unreachable`].
    pub async fn take(connector: &Connector, store: StoreId) -> Result<Option<Self>, ConnectError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (client, driver) = connector.open_or_explain().await?;
            if try_lock(&client, store).await.unwrap_or(false) {
                let lost = CancellationToken::new();
                let keeper = keep(connector.clone(), store, (client, driver), lost.clone());
                return Ok(Some(Self {
                    keeper: tokio::spawn(keeper),
                    lost,
                }));
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            sleep(TRY_EVERY).await;
        }
    }

    /// Waits until another gateway has taken the lock while our connection was broken.
    pub async fn lost(&self) {
        self.lost.cancelled().await;
    }
}

impl Drop for GatewayLock {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

async fn keep(
    connector: Connector,
    store: StoreId,
    mut held: (Client, JoinHandle<()>),
    lost: CancellationToken,
) {
    loop {
        // The driver ends with the connection.
        let _ended = (&mut held.1).await;
        warn!("the connection that holds the gateway's lock has ended; taking the lock again");
        held = loop {
            sleep(TRY_EVERY).await;
            let Ok((client, driver)) = connector.open().await else {
                continue;
            };
            match try_lock(&client, store).await {
                Ok(true) => break (client, driver),
                Ok(false) => {
                    error!("another gateway has taken this content store's lock in the database");
                    lost.cancel();
                    return;
                }
                Err(_) => {}
            }
        };
    }
}

async fn try_lock(client: &Client, store: StoreId) -> Result<bool, tokio_postgres::Error> {
    let (key, _) = store.0.as_u64_pair();
    let key = key.cast_signed();
    let row = client
        .query_one("SELECT pg_try_advisory_lock($1)", &[&key])
        .await?;
    row.try_get(0)
}
