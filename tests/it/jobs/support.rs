//! Rows that the jobs work on, and jobs that run once.

use std::{sync::Arc, time::Duration};

use chunkgate::{
    backend::Confirmations,
    content::{
        SharedStore,
        disk::RealDisk,
        journal::{Directory, Mark},
    },
    engine::repository::Repository,
    fax::outbox::Deliveries,
    http::{Admission, BodyMemory},
    jobs::{self, FaxRetention, JobParts},
    store::postgres::{Connector, Database, Postgres, TlsSettings},
};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::{
    gateway::{MIGRATED, pool},
    postgres::TestDatabase,
};

/// A database, and jobs on it.
pub struct Jobs {
    pub parts: JobParts,
    pub sql: Client,
    _database: TestDatabase,
    _folder: tempfile::TempDir,
}

impl Jobs {
    pub async fn on(store: SharedStore) -> Self {
        let test_database = TestDatabase::new(&MIGRATED).await;
        let sql = test_database.connect().await;
        let tls = TlsSettings::default();
        let connector = Connector::new(test_database.config(), &tls, &pool()).expect("a connector");
        let database = Database::new(connector, &pool()).expect("a pool");
        database
            .register_journal(store.id())
            .await
            .expect("a store");
        // The journal may lie on a disk of its test; its mark's does not.
        let folder = tempfile::tempdir().expect("a folder");
        let directory = Directory::open(Arc::new(RealDisk), folder.path()).expect("a directory");
        let (none, mark) = (Mark::default(), directory.mark());
        let confirmations = Confirmations::new(database.clone(), store.id(), mark, none, none);
        database
            .register_boot(Uuid::new_v4(), store.id())
            .await
            .expect("a boot");
        sql.batch_execute(
            "INSERT INTO account (name, name_key, password_hash) VALUES ('a', 'a', '')",
        )
        .await
        .expect("an account");
        let rows = Arc::new(Postgres::new(database.clone(), "".into()));
        let parts = JobParts {
            repository: Arc::clone(&rows) as Arc<dyn Repository>,
            faxes: rows,
            fax_retention: FaxRetention {
                documents: Duration::from_hours(24),
                dead_letters: Duration::from_hours(24),
                rows: Duration::from_hours(48),
            },
            deliveries: Deliveries::default(),
            confirmations: Arc::new(confirmations),
            store,
            database,
            memory: BodyMemory::new(0),
            admission: Admission::new(1, 1),
            sweep_interval: Duration::from_mins(1),
            undelete: Duration::ZERO,
            clock: Arc::new(jobs::Watch::new()),
            retention: Duration::from_hours(24),
        };
        Self {
            parts,
            sql,
            _database: test_database,
            _folder: folder,
        }
    }

    /// Adds `count` open sessions with a byte each, which run out after `expires` (an interval).
    pub async fn sessions(&self, count: u32, expires: &str) {
        let store = self.parts.store.id();
        self.run(&format!(
            "WITH started AS (
                 INSERT INTO upload_session (session_key, account_id, protocol, client_address,
                                             max_chunk, max_total, timeout, received, expires_at)
                 SELECT sha256(gen_random_uuid()::text::bytea), account.id, 'test', '', 100, 100, 60, 1,
                        now() + interval '{expires}'
                 FROM account, generate_series(1, {count})
                 RETURNING id
             )
             INSERT INTO upload_extent
             SELECT id, 0, 1, '{store}', 1, 0, decode(repeat('00', 16), 'hex') FROM started"
        ))
        .await;
    }

    pub async fn run(&self, statement: &str) {
        self.sql.batch_execute(statement).await.expect(statement);
    }

    pub async fn number(&self, query: &str) -> i64 {
        self.sql.query_one(query, &[]).await.expect(query).get(0)
    }
}
