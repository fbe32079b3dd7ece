//! The pool, with a limit to every wait.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType,
};
use tokio::time::timeout;
use tokio_postgres::{Row, error::SqlState, types::ToSql};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::engine::repository::RepositoryError;

use super::{
    breaker::Breaker,
    connect::Connector,
    error::{before_running, while_running},
};

/// How much longer than the server's own time-out we wait for its answer.
const GRACE: Duration = Duration::from_secs(2);

/// How connections are kept, and how long anything may take.
#[derive(Clone, Copy, Debug)]
pub struct PoolSettings {
    /// Connections at most.
    pub size: usize,
    /// How long a request waits for one.
    pub wait: Duration,
    /// How long opening one may take.
    pub connect_timeout: Duration,
    /// How long a statement may run.
    pub statement_timeout: Duration,
    /// How long a statement may wait for a lock.
    pub lock_timeout: Duration,
    /// How long a transaction may idle.
    pub idle_in_transaction_timeout: Duration,
    /// Connections beside these for what clients ask of their faxes: such a query may read all rows
    /// of an account, and must not keep uploads and log-ins waiting.
    pub queries: usize,
    /// How long such a query may run.
    pub query_timeout: Duration,
    /// Whether a server is refused that would lose acknowledged commits in a power cut.
    pub require_durability: bool,
}

/// How busy the pool is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStatus {
    /// Connections open.
    pub open: usize,
    /// Of those, connections nobody uses.
    pub idle: usize,
    /// Requests that wait for one.
    pub waiting: usize,
}

/// A database with every wait limited.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    breaker: Breaker,
    connector: Connector,
    answer_within: Duration,
    replaced: CancellationToken,
    appends: Arc<AtomicU64>,
    queries: Option<Arc<Self>>,
    boot: Arc<OnceLock<Uuid>>,
}

impl Database {
    /// Pools over `connector`; opens nothing yet.
    ///
    /// # Errors
    /// A message when the pools cannot be built of such settings.
    pub fn new(connector: Connector, settings: &PoolSettings) -> Result<Self, String> {
        let for_queries = PoolSettings {
            size: settings.queries,
            statement_timeout: settings.query_timeout,
            ..*settings
        };
        let queries = Self::pool(connector.with(&for_queries), &for_queries)?;
        Ok(Self {
            queries: Some(Arc::new(queries)),
            ..Self::pool(connector, settings)?
        })
    }

    fn pool(connector: Connector, settings: &PoolSettings) -> Result<Self, String> {
        let manager = Manager::from_connect(
            tokio_postgres::Config::new(),
            connector.clone(),
            ManagerConfig {
                recycling_method: RecyclingMethod::Fast,
            },
        );
        let pool = Pool::builder(manager)
            .max_size(settings.size)
            .wait_timeout(Some(settings.wait))
            .create_timeout(Some(settings.connect_timeout))
            .recycle_timeout(Some(settings.connect_timeout))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self {
            pool,
            breaker: Breaker::default(),
            connector,
            answer_within: settings.statement_timeout + GRACE,
            replaced: CancellationToken::new(),
            appends: Arc::default(),
            queries: None,
            boot: Arc::default(),
        })
    }

    /// Where connections come from.
    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    /// The connections for what clients ask of their faxes.
    pub(super) fn for_queries(&self) -> &Self {
        self.queries.as_deref().unwrap_or(self)
    }

    /// How busy the pool is.
    pub fn status(&self) -> PoolStatus {
        let status = self.pool.status();
        PoolStatus {
            open: status.size,
            idle: status.available,
            waiting: status.waiting,
        }
    }

    /// Whether requests are turned away because the database is known to be away.
    pub fn is_away(&self) -> bool {
        self.breaker.is_open()
    }

    /// A statement has found out that this process is not registered as the gateway any more.
    pub(super) fn replaced(&self) -> RepositoryError {
        self.replaced.cancel();
        RepositoryError::Replaced
    }

    /// Waits until a statement finds out that another gateway has taken this process' place.
    pub async fn gateway_replaced(&self) {
        self.replaced.cancelled().await;
    }

    /// Counts a statement that may have committed appends. Called when it is over: what it committed may be missing
    /// from a copy of the database that was made before.
    pub(super) fn count_appends(&self) {
        self.appends.fetch_add(1, Ordering::AcqRel);
    }

    /// Notes that this process is registered as the gateway, under this name.
    pub(super) fn registered(&self, boot: Uuid) {
        // A process is registered once.
        let _ = self.boot.set(boot);
    }

    /// The name under which this process is registered as the gateway, if it is.
    pub(super) fn boot(&self) -> Option<Uuid> {
        self.boot.get().copied()
    }

    /// How many statements may have committed appends.
    pub fn appends(&self) -> u64 {
        self.appends.load(Ordering::Acquire)
    }

    /// Closes the idle connections and refuses new requests.
    pub fn close(&self) {
        self.pool.close();
        if let Some(queries) = &self.queries {
            queries.close();
        }
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn ping(&self) -> Result<(), RepositoryError> {
        self.query("SELECT 1", &[]).await.map(drop)
    }

    /// Runs one statement and returns its rows.
    ///
    /// # Errors
    /// See [`RepositoryError`]: whether the statement may have taken effect is told apart.
    pub async fn query(
        &self,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, RepositoryError> {
        let client = self.client().await?;
        let prepared = timeout(self.answer_within, client.prepare_cached(statement)).await;
        let prepared = match prepared {
            Ok(Ok(prepared)) => prepared,
            Ok(Err(error)) => return Err(self.failed(before_running(&error))),
            Err(_elapsed) => return Err(self.silent(client, RepositoryError::Unavailable)),
        };
        match timeout(self.answer_within, client.query(&prepared, parameters)).await {
            Ok(Ok(rows)) => Ok(rows),
            Ok(Err(error)) => Err(self.failed(while_running(&error))),
            Err(_elapsed) => Err(self.silent(client, RepositoryError::OutcomeUnknown)),
        }
    }

    /// Runs one statement and returns its only row, if there is one.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn query_opt(
        &self,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Row>, RepositoryError> {
        let rows = self.query(statement, parameters).await?;
        Ok(rows.into_iter().next())
    }

    async fn client(&self) -> Result<Object, RepositoryError> {
        if self.breaker.is_open() {
            return Err(RepositoryError::Unavailable(
                "it did not answer a moment ago".to_owned(),
            ));
        }
        match self.pool.get().await {
            Ok(client) => Ok(client),
            // Busy, not away.
            Err(PoolError::Timeout(TimeoutType::Wait)) => Err(RepositoryError::Unavailable(
                "no connection was free within pool.wait".to_owned(),
            )),
            // Its other connections work; to give those up would only make it worse.
            Err(PoolError::Backend(error))
                if error.code() == Some(&SqlState::TOO_MANY_CONNECTIONS) =>
            {
                Err(RepositoryError::Unavailable(super::connect::chain(&error)))
            }
            Err(error) => {
                let why = super::connect::chain(&error);
                self.trip(&why);
                Err(RepositoryError::Unavailable(why))
            }
        }
    }

    /// A connection that broke makes all of them doubtful.
    fn failed(&self, error: RepositoryError) -> RepositoryError {
        match &error {
            RepositoryError::Unavailable(why) | RepositoryError::OutcomeUnknown(why) => {
                self.trip(why);
            }
            RepositoryError::Refused { .. }
            | RepositoryError::Replaced
            | RepositoryError::Corrupt(_) => {}
        }
        error
    }

    /// A server that does not even keep its own time-out: the connection is given up.
    fn silent(&self, client: Object, error: fn(String) -> RepositoryError) -> RepositoryError {
        drop(Object::take(client));
        self.failed(error("the server did not answer in time".to_owned()))
    }

    fn trip(&self, why: &str) {
        // Idle connections to a server that vanished without a word look well, and would keep one
        // request after the other waiting when the server is back.
        self.pool.retain(|_, _| false);
        let connector = self.connector.clone();
        let probe = move || {
            let connector = connector.clone();
            async move { connector.open().await.is_ok() }
        };
        self.breaker.trip(self.connector.runtime(), why, probe);
    }
}
