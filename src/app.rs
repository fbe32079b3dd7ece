//! The composition root: settings in, a serving gateway out. `serve` and every test build the same.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_web::{
    App as Routes, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    middleware::from_fn,
    web::{self, Payload},
};
use tokio::{
    task::{JoinHandle, JoinSet},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

use crate::{
    backend::{Backend, BackendError},
    content::{
        ContentError, SegmentId, SharedStore, StoreId,
        disk::RealDisk,
        journal::{Directory, Journal, JournalSettings, Observer},
    },
    engine::{
        EngineSettings, ThrottleSettings, UploadEngine,
        accounts::AccountsSettings,
        repository::{Repository, RepositoryError},
        session::SessionLimits,
    },
    http::{
        Admission, BodyLimits, BodyMemory, ClientAddresses, Connection, Health, admin_routes,
        healthz, log_requests,
    },
    jobs::{self, JobParts},
    pg::PgError,
    protocol::interfax::{InterFax, InterFaxSettings},
    settings::Settings,
    telemetry::metrics::{self, Metrics},
};

/// How long the committer may take to say what is left to say when the gateway stops.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Why a gateway cannot start or stop.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The database.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The journal.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// A statement at the start.
    #[error("the database does not work: {0}")]
    Database(#[from] RepositoryError),
    /// Another gateway serves this data directory.
    #[error(
        "another chunkgate serves the data directory {0}: stop it, or give this one a directory of its own with --data-dir (server.data_dir)"
    )]
    Held(String),
    /// The database belongs to another journal.
    #[error(
        "the database belongs to the content store {known}, and the one at {path} is {found}: \
         point server.data_dir at the directory with that store, or database.url at this store's database; \
         what the database names cannot be read from here"
    )]
    OtherStore {
        /// The database's.
        known: StoreId,
        /// The directory's.
        found: StoreId,
        /// The directory.
        path: String,
    },
    /// A port.
    #[error("cannot listen on {address} ({setting}): {reason}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The setting that says so.
        setting: &'static str,
        /// Why not.
        reason: std::io::Error,
    },
    /// Settings that passed their checks and do not work all the same.
    #[error("{0}")]
    Settings(String),
    /// The gateway's own Postgres did not stop in order.
    #[error(transparent)]
    Stop(#[from] PgError),
}

/// A serving gateway.
pub struct App {
    address: SocketAddr,
    admin_address: SocketAddr,
    settings: Settings,
    backend: Backend,
    engine: UploadEngine,
    repository: Arc<dyn Repository>,
    store: SharedStore,
    boot: Uuid,
    committer: JoinHandle<()>,
    servers: [Server; 2],
    jobs: JoinSet<()>,
    stop_jobs: CancellationToken,
}

struct Server {
    handle: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
}

impl App {
    /// Opens the database and the journal, starts the jobs and listens on both ports.
    ///
    /// # Errors
    /// See [`AppError`]; every message names the mend.
    pub async fn start(settings: &Settings) -> Result<Self, AppError> {
        // Before anything is opened: a port in use is the most common trouble.
        let clients = listen(settings.server.listen, "server.listen")?;
        let admin = listen(settings.admin.listen, "admin.listen")?;
        let backend = Backend::open(settings).await?;
        match Self::start_on(settings, &backend, clients, admin).await {
            Ok(parts) => Ok(parts.into_app(settings.clone(), backend)),
            Err(error) => {
                if let Err(stop) = backend.close().await {
                    warn!(error = %stop, "Postgres did not stop in order");
                }
                Err(error)
            }
        }
    }

    async fn start_on(
        settings: &Settings,
        backend: &Backend,
        clients: (TcpListener, SocketAddr),
        admin: (TcpListener, SocketAddr),
    ) -> Result<Parts, AppError> {
        if backend.is_held() {
            return Err(AppError::Held(
                settings.server.data_dir.display().to_string(),
            ));
        }
        let metrics = Metrics::install();
        let store = open_journal(settings, backend).await?;
        let boot = Uuid::new_v4();
        backend.database().register_boot(boot, store.id()).await?;
        let repository = backend.repository(settings);
        let (engine, committer) = UploadEngine::start(
            Arc::clone(&repository),
            Arc::clone(&store),
            boot,
            engine_settings(settings),
        )
        .map_err(AppError::Settings)?;

        let memory = BodyMemory::new(settings.http.body_memory);
        let admission = Admission::new(settings.http.max_in_flight);
        let interfax = InterFax::new(
            engine.clone(),
            memory.clone(),
            admission.clone(),
            ClientAddresses::new(&settings.http.trusted_proxies),
            interfax_settings(settings),
        );
        let health = web::Data::new(Health::new(backend.database().clone(), Arc::clone(&store)));
        let stop_jobs = CancellationToken::new();
        let parts = JobParts {
            repository: Arc::clone(&repository),
            store: Arc::clone(&store),
            database: backend.database().clone(),
            memory,
            admission,
            sweep_interval: settings.session.sweep_interval,
            retention: settings.session.retention,
        };
        let jobs = jobs::start(&parts, metrics.clone(), &stop_jobs);
        let servers = [
            serve_clients(settings, clients.0, interfax).map_err(AppError::Settings)?,
            serve_admin(admin.0, health, metrics).map_err(AppError::Settings)?,
        ];
        Ok(Parts {
            address: clients.1,
            admin_address: admin.1,
            engine,
            repository,
            store,
            boot,
            committer,
            servers,
            jobs,
            stop_jobs,
        })
    }

    /// Where clients are served; the port is the one that was chosen if the settings say 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where operators are served.
    pub fn admin_address(&self) -> SocketAddr {
        self.admin_address
    }

    /// The engine, for what runs in the same process.
    pub fn engine(&self) -> &UploadEngine {
        &self.engine
    }

    /// The rows, for what runs in the same process.
    pub fn repository(&self) -> &Arc<dyn Repository> {
        &self.repository
    }

    /// The database and the Postgres behind it.
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// Serves until `stop` is done, then stops in order: takes no new requests, finishes those in
    /// flight within `server.shutdown_timeout`, says what is left to say to the database, and ends
    /// the journal and Postgres.
    ///
    /// # Errors
    /// If our Postgres did not stop in order.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> Result<(), AppError> {
        stop.await;
        let Self {
            settings,
            backend,
            engine,
            repository,
            store,
            boot,
            mut committer,
            servers,
            mut jobs,
            stop_jobs,
            ..
        } = self;
        info!("stopping: finishing the requests in flight");
        let [clients, admin] = servers;
        let finished = timeout(settings.server.shutdown_timeout, clients.handle.stop(true)).await;
        if finished.is_err() {
            warn!(
                "some requests were still in flight after server.shutdown_timeout and were cut off"
            );
            clients.handle.stop(false).await;
        }
        if let Ok(Err(error)) = clients.task.await {
            warn!(%error, "the clients' port did not close in order");
        }
        stop_jobs.cancel();
        while jobs.join_next().await.is_some() {}
        drop((engine, repository));
        match timeout(LAST_WORDS, &mut committer).await {
            // Only now is it certain that every answer was delivered or is marked.
            Ok(Ok(())) => {
                if let Err(error) = backend.database().end_boot(boot).await {
                    warn!(%error, "the database could not be told that this process has ended well");
                }
            }
            Ok(Err(_)) | Err(_) => {
                committer.abort();
                warn!("commits were still under way when the gateway had to stop");
            }
        }
        store.close().await;
        admin.handle.stop(true).await;
        if let Ok(Err(error)) = admin.task.await {
            warn!(%error, "the operators' port did not close in order");
        }
        backend.close().await?;
        info!("stopped");
        Ok(())
    }
}

/// An app but for its backend.
struct Parts {
    address: SocketAddr,
    admin_address: SocketAddr,
    engine: UploadEngine,
    repository: Arc<dyn Repository>,
    store: SharedStore,
    boot: Uuid,
    committer: JoinHandle<()>,
    servers: [Server; 2],
    jobs: JoinSet<()>,
    stop_jobs: CancellationToken,
}

impl Parts {
    fn into_app(self, settings: Settings, backend: Backend) -> App {
        App {
            address: self.address,
            admin_address: self.admin_address,
            settings,
            backend,
            engine: self.engine,
            repository: self.repository,
            store: self.store,
            boot: self.boot,
            committer: self.committer,
            servers: self.servers,
            jobs: self.jobs,
            stop_jobs: self.stop_jobs,
        }
    }
}

fn listen(
    address: SocketAddr,
    setting: &'static str,
) -> Result<(TcpListener, SocketAddr), AppError> {
    let explain = |reason| AppError::Listen {
        address,
        setting,
        reason,
    };
    let listener = TcpListener::bind(address).map_err(explain)?;
    let address = listener.local_addr().map_err(explain)?;
    Ok((listener, address))
}

/// Opens the journal and makes sure that it is the database's.
async fn open_journal(settings: &Settings, backend: &Backend) -> Result<SharedStore, AppError> {
    let path = backend.content().to_owned();
    let directory = {
        let path = path.clone();
        blocking(move || Directory::open(Arc::new(RealDisk), &path)).await?
    };
    let database = backend.database();
    let found = directory.id();
    database.register_journal(found).await?;
    if let Some(&known) = database
        .content_stores()
        .await?
        .iter()
        .find(|&&known| known != found)
    {
        return Err(AppError::OtherStore {
            known,
            found,
            path: path.display().to_string(),
        });
    }
    let floor: SegmentId = database.greatest_segment(found).await?;
    let content = &settings.content;
    let journal = JournalSettings {
        segment_size: content.segment_size,
        ready_segments: content.ready_segments,
        min_free: content.min_free,
        recycle_after: content.recycle_after,
        ..JournalSettings::default()
    };
    let journal =
        blocking(move || Journal::open(directory, journal, floor, Arc::new(Observed))).await?;
    Ok(journal)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ContentError> + Send + 'static,
) -> Result<T, ContentError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

/// Counts what the journal does.
struct Observed;

impl Observer for Observed {
    fn synced(&self, appends: usize, took: Duration) {
        metrics::sync_group(appends, took);
    }

    fn poisoned(&self, segment: SegmentId, cause: &ContentError) {
        metrics::poisoned_segment();
        tracing::error!(%segment, error = %cause, "a segment has failed and takes no more bytes");
    }

    fn unavailable(&self, cause: &ContentError) {
        tracing::error!(error = %cause, "no new segment can be opened; tried again by itself");
    }
}

fn engine_settings(settings: &Settings) -> EngineSettings {
    let accounts = &settings.accounts;
    EngineSettings {
        limits: SessionLimits {
            max_chunk: settings.session.max_chunk as u64,
            max_total: settings.session.max_total,
            timeout: settings.session.timeout,
        },
        max_open_sessions: settings.session.max_open_per_account,
        switch_group: settings.interfax.switch_group.as_str().into(),
        accounts: AccountsSettings {
            throttle: ThrottleSettings {
                failures: accounts.failures,
                window: accounts.failure_window,
                max_delay: accounts.max_delay,
            },
            remember: accounts.remember,
            hash_memory: u32::try_from(accounts.hash_memory / 1024).unwrap_or(u32::MAX),
            hash_iterations: accounts.hash_iterations,
        },
        unproven_per_address: settings.content.unproven_per_address,
        unknown_sessions_per_minute: settings.limits.unknown_sessions_per_minute,
    }
}

fn interfax_settings(settings: &Settings) -> InterFaxSettings {
    let http = &settings.http;
    InterFaxSettings {
        path: settings.interfax.path.clone(),
        public_url: settings.server.public_url.clone(),
        body: BodyLimits {
            max_body: http.max_body as u64,
            timeout: http.body_timeout,
            min_rate: http.min_rate,
            grace: http.min_rate_grace,
        },
    }
}

fn serve_clients(
    settings: &Settings,
    listener: TcpListener,
    interfax: InterFax,
) -> Result<Server, String> {
    let workers = settings.server.workers;
    let grace = settings.server.shutdown_timeout.as_secs().max(1);
    let routes = move || {
        Routes::new()
            .app_data(web::Data::new(interfax.clone()))
            .wrap(from_fn(log_requests))
            .route("/healthz", web::get().to(healthz))
            .default_service(web::to(dispatch))
    };
    let server = HttpServer::new(routes)
        .workers(workers)
        .max_connections(settings.server.max_connections.div_ceil(workers))
        .client_request_timeout(settings.http.head_timeout)
        .keep_alive(settings.http.keep_alive)
        .on_connect(Connection::remember)
        .shutdown_timeout(grace)
        .disable_signals()
        .listen(listener)
        .map_err(|error| format!("the clients' port cannot be served: {error}"))?
        .run();
    Ok(Server {
        handle: server.handle(),
        task: tokio::spawn(server),
    })
}

/// Every path that is no other route's belongs to a front end, or to nobody.
async fn dispatch(
    request: HttpRequest,
    payload: Payload,
    interfax: web::Data<InterFax>,
) -> HttpResponse {
    if interfax.serves(request.path()) {
        interfax.answer(request, payload).await
    } else {
        HttpResponse::NotFound().finish()
    }
}

fn serve_admin(
    listener: TcpListener,
    health: web::Data<Health>,
    metrics: Metrics,
) -> Result<Server, String> {
    let metrics = web::Data::new(metrics);
    let routes = move || {
        Routes::new()
            .app_data(health.clone())
            .app_data(metrics.clone())
            .configure(admin_routes)
    };
    let server = HttpServer::new(routes)
        .workers(1)
        .disable_signals()
        .listen(listener)
        .map_err(|error| format!("the operators' port cannot be served: {error}"))?
        .run();
    Ok(Server {
        handle: server.handle(),
        task: tokio::spawn(server),
    })
}
