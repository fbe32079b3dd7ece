//! The database and the place of the journal, whoever runs the Postgres behind it.
//!
//! `serve` and every other command open the same backend: the first one to come owns the data
//! directory and runs its Postgres, the others connect to that.

mod confirm;
mod pairing;

use std::{path::PathBuf, sync::Arc};

use tokio_postgres::Config;
use tracing::warn;

use crate::{
    engine::repository::Repository,
    fax::{delivery::ledger::Ledger, repository::FaxRepository},
    pg::{Claim, Cluster, ClusterOptions, DataDir, PgError, Search},
    settings::Settings,
    store::postgres::{
        ConnectError, Connector, Database, MigrateError, Migrated, PoolSettings, Postgres,
        TlsSettings, migrate,
    },
};

pub use confirm::Confirmations;
pub use pairing::{Mismatch, Pairing, PairingError};

/// Why there is no database to work with.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The gateway's own Postgres.
    #[error(transparent)]
    Postgres(#[from] PgError),
    /// The operator's Postgres.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The tables.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// `database.url` is no address.
    #[error(
        "database.url (CHUNKGATE__DATABASE__URL) is not an address that can be used: {0}; \
         it looks like postgres://user:password@host:5432/name, and sslmode may be disable, prefer or require"
    )]
    Url(String),
    /// The pool's settings.
    #[error("the pool of connections cannot be built: {0}")]
    Pool(String),
}

/// An open database, brought up to date.
pub struct Backend {
    database: Database,
    content: PathBuf,
    migrated: Migrated,
    server: Server,
}

/// Who runs the Postgres.
enum Server {
    /// The operator.
    Operators,
    /// This process. The directory is given up after the cluster has stopped.
    Ours(Cluster, DataDir),
    /// Another process, on our data directory.
    Held,
}

impl Backend {
    /// Opens the database of `settings` and brings its tables up to date. Without a
    /// `database.url`, claims the data directory and starts its Postgres, or connects to the one
    /// that another process runs there.
    ///
    /// # Errors
    /// See [`BackendError`]; every message names the mend.
    pub async fn open(settings: &Settings) -> Result<Self, BackendError> {
        match &settings.database.url {
            Some(url) => {
                let config = url
                    .expose()
                    .parse::<Config>()
                    .map_err(|error| BackendError::Url(error.to_string()))?;
                let content = settings.server.data_dir.join("content");
                Self::connect(settings, config, content, Server::Operators).await
            }
            None => Self::open_own(settings).await,
        }
    }

    async fn open_own(settings: &Settings) -> Result<Self, BackendError> {
        let postgres = &settings.postgres;
        let directory =
            match DataDir::claim(&settings.server.data_dir, postgres.start_timeout).await? {
                Claim::Owned(directory) => directory,
                Claim::Held(held) => {
                    let content = settings.server.data_dir.join("content");
                    return Self::connect(settings, held.connection(), content, Server::Held).await;
                }
            };
        let search = Search::machine(postgres.bin_dir.clone());
        let programs = search.programs_for(&directory.cluster())?;
        let mut options = ClusterOptions::new(&directory, programs);
        options.start_timeout = postgres.start_timeout;
        options.stop_timeout = postgres.stop_timeout;
        // Commands connect beside the gateway, and so do operators.
        options.max_connections =
            u16::try_from(settings.pool.size + settings.pool.queries + 20).unwrap_or(u16::MAX);
        let cluster = Cluster::start(options).await?;
        // A full disk must not keep a gateway from starting that could serve until space comes back.
        if let Err(error) = directory.publish(cluster.endpoint()) {
            warn!(%error, "other commands cannot find this Postgres while this process runs");
        }
        let config = cluster.connection();
        let content = directory.content();
        Self::connect(settings, config, content, Server::Ours(cluster, directory)).await
    }

    async fn connect(
        settings: &Settings,
        config: Config,
        content: PathBuf,
        server: Server,
    ) -> Result<Self, BackendError> {
        let opened = Self::open_database(settings, config).await;
        match (opened, server) {
            (Ok((database, migrated)), server) => Ok(Self {
                database,
                content,
                migrated,
                server,
            }),
            (Err(error), Server::Ours(cluster, _directory)) => {
                if let Err(stop) = cluster.stop().await {
                    warn!(error = %stop, "Postgres did not stop in order");
                }
                Err(error)
            }
            (Err(error), Server::Operators | Server::Held) => Err(error),
        }
    }

    async fn open_database(
        settings: &Settings,
        config: Config,
    ) -> Result<(Database, Migrated), BackendError> {
        let tls = TlsSettings {
            ca: settings.database.tls_ca.clone(),
        };
        let pool = pool_settings(settings);
        let connector = Connector::new(config, &tls, &pool)?;
        let migrated = migrate(&connector).await?;
        let database = Database::new(connector, &pool).map_err(BackendError::Pool)?;
        Ok((database, migrated))
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The engine's rows in it.
    pub fn repository(&self, settings: &Settings) -> Arc<dyn Repository> {
        Arc::new(self.postgres(settings))
    }

    /// The faxes' rows in it.
    pub fn faxes(&self, settings: &Settings) -> Arc<dyn FaxRepository> {
        Arc::new(self.postgres(settings))
    }

    /// What deliveries know of their attempts, in it.
    pub fn ledger(&self, settings: &Settings) -> Arc<dyn Ledger> {
        Arc::new(self.postgres(settings))
    }

    fn postgres(&self, settings: &Settings) -> Postgres {
        let switch_group = settings.interfax.switch_group.as_str().into();
        Postgres::new(self.database.clone(), switch_group)
    }

    /// The journal's directory.
    pub fn content(&self) -> &std::path::Path {
        &self.content
    }

    /// What was done to the tables when they were opened.
    pub fn migrated(&self) -> &Migrated {
        &self.migrated
    }

    /// Whether another process, normally a gateway, owns the data directory.
    pub fn is_held(&self) -> bool {
        matches!(self.server, Server::Held)
    }

    /// Whether this process runs the Postgres. Then it holds the lock of the data directory, so
    /// whoever ran as the gateway on this database before is dead.
    pub fn is_ours(&self) -> bool {
        matches!(self.server, Server::Ours(..))
    }

    /// The process of our own Postgres, while it runs.
    pub fn postmaster_pid(&self) -> Option<i32> {
        match &self.server {
            Server::Ours(cluster, _) => cluster.postmaster_pid(),
            Server::Operators | Server::Held => None,
        }
    }

    /// Closes the connections, then stops the Postgres if it is ours.
    ///
    /// # Errors
    /// If our Postgres did not stop in order.
    pub async fn close(self) -> Result<(), PgError> {
        self.database.close();
        match self.server {
            Server::Ours(cluster, _directory) => cluster.stop().await,
            Server::Operators | Server::Held => Ok(()),
        }
    }
}

/// The pool that the settings ask for.
pub fn pool_settings(settings: &Settings) -> PoolSettings {
    let pool = &settings.pool;
    PoolSettings {
        size: pool.size,
        wait: pool.wait,
        connect_timeout: pool.connect_timeout,
        statement_timeout: pool.statement_timeout,
        lock_timeout: pool.lock_timeout,
        queries: pool.queries,
        query_timeout: pool.query_timeout,
        idle_in_transaction_timeout: pool.idle_in_transaction_timeout,
        require_durability: !settings.database.allow_unsafe_durability,
    }
}
