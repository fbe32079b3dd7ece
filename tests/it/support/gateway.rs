//! A whole gateway in this process: the same `App` as `serve` runs, on ports of its own, with a
//! database of its own and a journal in a folder that vanishes.

use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock},
    time::Duration,
};

use chunkgate::{
    app::{App, AppError},
    backend::pool_settings,
    engine::{Passwords, account::AccountSettings, repository::Repository, session::SessionId},
    settings::{Secret, Settings},
    store::postgres::{Connector, PoolSettings, TlsSettings, migrate},
};
use futures_util::{FutureExt, TryStreamExt};
use tempfile::TempDir;
use tokio::{sync::oneshot, time::timeout};

use super::{
    postgres::{Template, TestDatabase},
    soap::Client,
};

/// The account that every gateway of a test has.
pub const USER: &str = "Office";
/// Its password.
pub const PASSWORD: &str = "s3cret & <more>";

/// A database with the gateway's tables.
pub static MIGRATED: LazyLock<Template> = LazyLock::new(|| Template {
    fingerprint: "migrated".to_owned(),
    build: |config| {
        async move {
            let connector = Connector::new(config, &TlsSettings::default(), &pool())?;
            migrate(&connector).await?;
            Ok(())
        }
        .boxed()
    },
});

/// What the gateway logs is shown with a test that fails; `RUST_LOG` says how much.
fn log() {
    let filter =
        tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    let _already = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_test_writer()
        .try_init();
}

pub fn pool() -> PoolSettings {
    let mut settings = Settings::default();
    // The tests' server loses its data with the machine, and nobody minds.
    settings.database.allow_unsafe_durability = true;
    pool_settings(&settings)
}

/// A running gateway.
pub struct Gateway {
    pub address: SocketAddr,
    pub admin_address: SocketAddr,
    pub tls_address: Option<SocketAddr>,
    pub repository: Arc<dyn Repository>,
    pub settings: Settings,
    pub database: TestDatabase,
    pub directory: TempDir,
    engine: chunkgate::engine::UploadEngine,
    stop: Option<oneshot::Sender<()>>,
    serving: tokio::task::JoinHandle<Result<(), AppError>>,
}

impl Gateway {
    /// A gateway with the settings' defaults, but for what a test needs.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A gateway with `change`d settings.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        log();
        let database = TestDatabase::new(&MIGRATED).await;
        let directory = tempfile::tempdir().expect("a folder");
        let mut settings = Settings::default();
        settings.server.listen = ([127, 0, 0, 1], 0).into();
        settings.admin.listen = ([127, 0, 0, 1], 0).into();
        settings.server.workers = 2;
        settings.server.data_dir = directory.path().to_owned();
        settings.database.url = Some(Secret::new(database.url()));
        // The tests' server loses its data with the machine, and nobody minds.
        settings.database.allow_unsafe_durability = true;
        settings.content.segment_size = 4 << 20;
        settings.content.min_free = 0;
        change(&mut settings);
        Self::on(settings, database, directory).await
    }

    /// A gateway on what another one has left.
    pub async fn on(settings: Settings, database: TestDatabase, directory: TempDir) -> Self {
        let app = Box::pin(App::start(&settings))
            .await
            .expect("the gateway starts");
        let gateway_repository = Arc::clone(app.repository());
        let (address, admin_address) = (app.address(), app.admin_address());
        let tls_address = app.tls_address();
        let engine = app.engine().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            let stop = async { stopped.await.unwrap_or(()) };
            app.run_until(stop).await
        });
        let gateway = Self {
            address,
            admin_address,
            tls_address,
            repository: gateway_repository,
            settings,
            database,
            directory,
            engine,
            stop: Some(stop),
            serving,
        };
        gateway.add_account(USER, AccountSettings::default()).await;
        gateway
    }

    /// Adds an account with the tests' password, unless it exists.
    pub async fn add_account(&self, name: &str, settings: AccountSettings) {
        let passwords = Passwords::new(64, 1).expect("cheap parameters");
        let hash = passwords.hash(PASSWORD).await.expect("a hash");
        self.repository
            .add_account(name, &hash, &settings)
            .await
            .expect("the database answers");
    }

    /// A client of this gateway, with a connection of its own.
    pub fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// The bytes of a session, read back and checked.
    pub async fn content(&self, session: SessionId) -> Vec<u8> {
        let blocks: Vec<bytes::Bytes> = self
            .engine
            .open_content(session)
            .try_collect()
            .await
            .expect("the content is whole");
        blocks.concat()
    }

    /// The number of a session that a client names so.
    pub async fn session(&self, token: &str) -> SessionId {
        let key = chunkgate::engine::session::SessionKey::of(token);
        let name = chunkgate::engine::repository::SessionName::Key(key);
        self.engine
            .status(name)
            .await
            .expect("the session exists")
            .id
    }

    /// Stops in order and starts again on the same database and journal.
    pub async fn restart(self) -> Self {
        let (settings, database, directory) = self.stop_keeping().await;
        Self::on(settings, database, directory).await
    }

    /// Stops in order.
    pub async fn stop(self) {
        drop(self.stop_keeping().await);
    }

    /// Waits until the gateway stops without having been asked to.
    pub async fn stopped_by_itself(self) -> Result<(), AppError> {
        drop((self.engine, self.repository));
        let served = timeout(Duration::from_mins(1), self.serving).await;
        let served = served.expect("the gateway stops");
        served.expect("the gateway does not panic")
    }

    /// Stops in order, and keeps what the next gateway or a command needs.
    pub async fn stop_keeping(mut self) -> (Settings, TestDatabase, TempDir) {
        drop(self.engine);
        drop(self.repository);
        drop(self.stop.take());
        let served = self.serving.await.expect("the gateway does not panic");
        served.expect("the gateway stops in order");
        (self.settings, self.database, self.directory)
    }
}
