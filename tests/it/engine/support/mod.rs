//! Engines on one database, and what a test does to them.

mod memory_store;
mod proxy;

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use chunkgate::{
    content::SharedStore,
    engine::{
        Acknowledged, Append, ConnectionId, End, EngineSettings, Passwords, Peer, ThrottleSettings,
        UnprovenLimits, UploadEngine, UploadError,
        account::{AccountId, AccountSettings},
        accounts::{AccountsSettings, Credentials},
        repository::{Commit, Repository, SessionName},
        session::{SessionId, SessionKey, SessionLimits, SessionStatus},
    },
    store::postgres::{Connector, Database, PoolSettings, Postgres, TlsSettings},
};
use futures_util::TryStreamExt;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::support::{gateway::MIGRATED, postgres::TestDatabase};

pub use memory_store::MemoryStore;
pub use proxy::{Fate, Proxy};

/// Where every client of these tests is.
pub const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// The account that every world has.
pub const USER: &str = "Office";
/// Its password.
pub const PASSWORD: &str = "s3cret";
/// Its limits, unless it has its own.
pub const LIMITS: SessionLimits = SessionLimits {
    max_chunk: 100,
    max_total: 1000,
    timeout: Duration::from_hours(1),
};

/// A database, a store, and an account.
pub struct World {
    pub database: TestDatabase,
    pub store: Arc<MemoryStore>,
    /// For a test's own statements.
    pub sql: Client,
    pub account: AccountId,
}

impl World {
    pub async fn new() -> Self {
        let database = TestDatabase::new(&MIGRATED).await;
        let sql = database.connect().await;
        let store = MemoryStore::new();
        let insert = "INSERT INTO content_store (id, kind) VALUES ($1, 'journal')";
        let id = store_id(&*store);
        sql.execute(insert, &[&id]).await.expect("a store");
        let pool = open(database.config(), pool());
        let account = add_account(&repository(&pool), USER, &AccountSettings::default()).await;
        Self {
            database,
            store,
            sql,
            account,
        }
    }

    /// A gateway's engine on this database.
    pub async fn engine(&self) -> Running {
        self.engine_with(self.database.config(), pool(), LIMITS)
            .await
    }

    /// An engine that reaches the database elsewhere, or waits otherwise.
    pub async fn engine_with(
        &self,
        config: Config,
        pool: PoolSettings,
        limits: SessionLimits,
    ) -> Running {
        let boot = self.boot().await;
        let database = open(config, pool);
        let repository = repository(&database);
        let store: SharedStore = Arc::clone(&self.store) as SharedStore;
        let settings = EngineSettings {
            limits,
            ..settings()
        };
        let (engine, committer) =
            UploadEngine::start(Arc::clone(&repository), store, boot, settings).expect("an engine");
        Running {
            engine,
            repository,
            database,
            boot,
            committer,
        }
    }

    /// A gateway process, registered. Not as a process registers itself: that would declare the
    /// ones beside it dead.
    pub async fn boot(&self) -> Uuid {
        let boot = Uuid::new_v4();
        let insert = "INSERT INTO gateway_boot (id, store_id) VALUES ($1, $2)";
        let id = store_id(&*self.store);
        self.sql
            .execute(insert, &[&boot, &id])
            .await
            .expect("a boot");
        boot
    }

    /// What another gateway on a copy of the content store does when it starts.
    pub async fn replace(&self, boot: Uuid) {
        let delete = "DELETE FROM gateway_boot WHERE id = $1";
        self.sql.execute(delete, &[&boot]).await.expect("an answer");
    }

    /// Stops an engine in order and starts another.
    pub async fn restart(&self, engine: Running) -> Running {
        let boot = engine.boot;
        engine.stop().await;
        // What the next process on the store does with one that has not said that it ended well.
        let died = "DELETE FROM gateway_boot WHERE id = $1 AND ended_at IS NULL";
        self.sql.execute(died, &[&boot]).await.expect("an answer");
        self.engine().await
    }

    /// `kill -9` of an engine, and the start of another, which takes it for dead.
    pub async fn crash(&self, engine: Running) -> Running {
        engine.kill(self).await;
        self.engine().await
    }

    /// One number out of the database.
    pub async fn number(&self, query: &str) -> i64 {
        let row = self.sql.query_one(query, &[]).await.expect("a row");
        row.get(0)
    }

    /// What is noted of equal chunks of a session: where, how many bytes, and whether stored.
    pub async fn doubts(&self, session: Session) -> Vec<(i64, i64, bool)> {
        let query =
            "SELECT position, length, stored FROM upload_doubt WHERE session_id = $1 ORDER BY id";
        let rows = self.sql.query(query, &[&session.id.0]).await;
        let doubt = |row: &tokio_postgres::Row| (row.get(0), row.get(1), row.get(2));
        rows.expect("rows").iter().map(doubt).collect()
    }

    /// Runs statements.
    pub async fn run(&self, statements: &str) {
        self.sql.batch_execute(statements).await.expect(statements);
    }
}

/// One engine of a world, running.
pub struct Running {
    pub engine: UploadEngine,
    pub repository: Arc<dyn Repository>,
    pub database: Database,
    pub boot: Uuid,
    committer: JoinHandle<End>,
}

/// A session of a test.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    pub key: SessionKey,
    pub id: SessionId,
}

impl Running {
    pub async fn start_session(&self) -> Session {
        self.try_start().await.expect("a session")
    }

    pub async fn try_start(&self) -> Result<Session, UploadError> {
        let credentials = credentials(USER, PASSWORD);
        let started = self
            .engine
            .start_session(&credentials, HERE, "test")
            .await?;
        Ok(Session {
            key: started.token.key(),
            id: started.id,
        })
    }

    /// Sends one chunk; what becomes of the answer is the caller's choice.
    pub async fn send(
        &self,
        session: Session,
        chunk: &[u8],
        is_last: bool,
    ) -> Result<Acknowledged, UploadError> {
        send(&self.engine, session, chunk, is_last).await
    }

    /// The same on a connection that is the client's own.
    pub async fn send_on(
        &self,
        connection: Option<ConnectionId>,
        session: Session,
        chunk: &[u8],
        is_last: bool,
    ) -> Result<Acknowledged, UploadError> {
        let append = self.engine.append(HERE).on(connection);
        send_with(append, session, chunk, is_last).await
    }

    /// Sends one chunk whose answer arrives; the new total.
    pub async fn upload(&self, session: Session, chunk: &[u8]) -> Result<u64, UploadError> {
        deliver(self.send(session, chunk, false).await)
    }

    /// Sends the last chunk; its answer arrives.
    pub async fn upload_last(&self, session: Session, chunk: &[u8]) -> Result<u64, UploadError> {
        deliver(self.send(session, chunk, true).await)
    }

    /// Sends one chunk whose answer is lost; the total that nobody hears.
    pub async fn upload_unheard(
        &self,
        session: Session,
        chunk: &[u8],
        is_last: bool,
    ) -> Result<u64, UploadError> {
        self.send(session, chunk, is_last)
            .await
            .map(|done| done.total)
    }

    pub async fn status(&self, session: Session) -> SessionStatus {
        let name = SessionName::Id(session.id);
        self.engine.status(name).await.expect("a session")
    }

    /// The whole document.
    pub async fn content(&self, session: Session) -> Vec<u8> {
        let blocks: Vec<Bytes> = self
            .engine
            .open_content(session.id)
            .try_collect()
            .await
            .expect("the content is whole");
        blocks.concat()
    }

    /// `kill -9`; and what the next process on the store does with one that has not said how it
    /// ended.
    pub async fn kill(self, world: &World) {
        self.committer.abort();
        let _aborted = self.committer.await;
        world.replace(self.boot).await;
    }

    /// Stops in order, as the gateway does.
    pub async fn stop(self) {
        let Self {
            engine,
            repository,
            database,
            boot,
            committer,
        } = self;
        drop((engine, repository));
        let end = committer.await.expect("the committer does not panic");
        if end == End::Settled {
            database.end_boot(boot).await.expect("a last word");
        }
    }
}

/// Sends one chunk through a handle of an engine.
pub async fn send(
    engine: &UploadEngine,
    session: Session,
    chunk: &[u8],
    is_last: bool,
) -> Result<Acknowledged, UploadError> {
    send_with(engine.append(HERE), session, chunk, is_last).await
}

async fn send_with(
    mut append: Append,
    session: Session,
    chunk: &[u8],
    is_last: bool,
) -> Result<Acknowledged, UploadError> {
    append.name(session.key).await;
    if !chunk.is_empty() {
        append.write(Bytes::copy_from_slice(chunk)).await;
    }
    append.finish(is_last, || Peer::Present).await
}

/// The answer arrives.
pub fn deliver(answer: Result<Acknowledged, UploadError>) -> Result<u64, UploadError> {
    let done = answer?;
    done.receipt.delivered();
    Ok(done.total)
}

pub fn credentials(user: &str, password: &str) -> Credentials {
    Credentials {
        user: user.to_owned(),
        password: Zeroizing::new(password.to_owned()),
    }
}

/// Adds an account with the tests' password.
pub async fn add_account(
    repository: &Arc<dyn Repository>,
    name: &str,
    settings: &AccountSettings,
) -> AccountId {
    let passwords = Passwords::new(64, 1).expect("cheap parameters");
    let hash = passwords.hash(PASSWORD).await.expect("a hash");
    let added = repository.add_account(name, &hash, settings).await;
    added.expect("an answer").expect("a new name")
}

/// An append as the committer would hand it over, with its bytes sealed.
pub async fn sealed(store: &MemoryStore, session: Session, chunk: &[u8]) -> Commit {
    use chunkgate::{
        content::Store,
        engine::repository::{ChunkFacts, IfEqual},
    };
    let mut writer = store.writer(None);
    let block = Bytes::copy_from_slice(chunk);
    writer.write(block).await.expect("memory");
    Commit {
        session: session.id,
        fence: 0,
        chunk: ChunkFacts {
            length: chunk.len() as u64,
            digest: xxhash_rust::xxh3::xxh3_128(chunk),
        },
        is_last: false,
        if_equal: IfEqual::Undecided,
        extents: writer.seal().await.expect("memory").extents,
    }
}

pub fn open(config: Config, pool: PoolSettings) -> Database {
    let connector = Connector::new(config, &TlsSettings::default(), &pool).expect("a connector");
    Database::new(connector, &pool).expect("a pool")
}

pub fn repository(database: &Database) -> Arc<dyn Repository> {
    Arc::new(Postgres::new(database.clone(), "".into()))
}

/// Every wait is short enough for a test, and long enough for a loaded machine.
pub fn pool() -> PoolSettings {
    PoolSettings {
        size: 8,
        wait: Duration::from_secs(2),
        connect_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(10),
        lock_timeout: Duration::from_secs(5),
        idle_in_transaction_timeout: Duration::from_secs(10),
        queries: 4,
        query_timeout: Duration::from_secs(10),
        require_durability: false,
    }
}

pub fn settings() -> EngineSettings {
    EngineSettings {
        limits: LIMITS,
        max_open_sessions: 1000,
        max_open_bytes: u64::MAX,
        switch_group: "".into(),
        accounts: AccountsSettings {
            throttle: ThrottleSettings {
                failures: 5,
                failures_of_address: 50,
                window: Duration::from_mins(5),
                max_delay: Duration::from_mins(1),
            },
            remember: Duration::from_mins(1),
            hash_memory: 64,
            hash_iterations: 1,
        },
        unproven: UnprovenLimits {
            per_address: 1 << 20,
            total: 1 << 22,
        },
        staging_directory: std::env::temp_dir(),
        unknown_sessions_per_minute: 0,
    }
}

fn store_id(store: &dyn chunkgate::content::Store) -> Uuid {
    store.id().0
}
