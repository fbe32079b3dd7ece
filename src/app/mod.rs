//! The composition root: settings in, a serving gateway out. `serve` and every test build the same.

mod descriptors;
mod error;
mod faxes;
mod journal;
mod listeners;
mod tls;
mod translate;

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_web::web;
use tokio::{
    task::{JoinHandle, JoinSet},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

use crate::{
    backend::{Backend, Confirmations},
    content::{SharedStore, StoreId},
    engine::{End, UploadEngine, repository::Repository},
    fax::Faxes,
    http::{Admission, BodyMemory, ClientAddresses, Expectations, Health, tls::Certificates},
    jobs::{self, JobParts},
    protocol::interfax::InterFax,
    settings::Settings,
    store::postgres::GatewayLock,
    telemetry::metrics::Metrics,
};

use faxes::Faxing;
use journal::{Opened, open_journal};
use listeners::{ClientPort, Edge, Server, open_port, serve_admin, serve_clients, take_port};
use tls::TlsPort;
use translate::{engine_settings, fax_retention, interfax_settings};

pub use error::AppError;
pub use faxes::open_delivery;
pub use tls::load_certificates;
pub use translate::spool_settings;

/// How long the committer may take to say what is left to say when the gateway stops, and each of the
/// steps after that: the database may be away, or the disk.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How long operators' requests in flight may keep a stop.
const OPERATORS_WITHIN: Duration = Duration::from_secs(2);

/// A serving gateway.
pub struct App {
    settings: Settings,
    backend: Backend,
    serving: Serving,
}

/// Everything that ends before the backend is closed.
struct Serving {
    address: SocketAddr,
    tls_address: Option<SocketAddr>,
    certificates: Option<Arc<Certificates>>,
    admin_address: SocketAddr,
    engine: UploadEngine,
    faxes: Faxes,
    repository: Arc<dyn Repository>,
    store: SharedStore,
    confirmations: Arc<Confirmations>,
    boot: Uuid,
    lock: GatewayLock,
    committer: JoinHandle<End>,
    clients: Server,
    admin: Server,
    jobs: JoinSet<()>,
    stop_jobs: CancellationToken,
}

impl App {
    /// Opens the database and the journal, starts the jobs and listens on both ports.
    ///
    /// # Errors
    /// See [`AppError`]; every message names the mend.
    pub async fn start(settings: &Settings) -> Result<Self, AppError> {
        let settings = &descriptors::fit(settings)?;
        // Before anything is opened: a port in use is the most common trouble.
        let listening = Ports {
            clients: take_port(settings.server.listen, "server.listen")?,
            tls: TlsPort::open(&settings.tls)?,
            admin: take_port(settings.admin.listen, "admin.listen")?,
        };
        let backend = Backend::open(settings).await?;
        match Serving::start(settings, &backend, listening).await {
            Ok(serving) => Ok(Self {
                settings: settings.clone(),
                backend,
                serving,
            }),
            Err(error) => {
                if let Err(stop) = backend.close().await {
                    warn!(error = %stop, "Postgres did not stop in order");
                }
                Err(error)
            }
        }
    }

    /// Where clients are served; the port is the one that was chosen if the settings say 0.
    pub fn address(&self) -> SocketAddr {
        self.serving.address
    }

    /// Where clients are served over TLS, if they are.
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.serving.tls_address
    }

    /// The certificate of the port that speaks TLS, if there is one; it can be read again.
    pub fn certificates(&self) -> Option<&Arc<Certificates>> {
        self.serving.certificates.as_ref()
    }

    /// Where operators are served.
    pub fn admin_address(&self) -> SocketAddr {
        self.serving.admin_address
    }

    /// The engine, for what runs in the same process.
    pub fn engine(&self) -> &UploadEngine {
        &self.serving.engine
    }

    /// The faxes, for what runs in the same process.
    pub fn faxes(&self) -> &Faxes {
        &self.serving.faxes
    }

    /// The rows, for what runs in the same process.
    pub fn repository(&self) -> &Arc<dyn Repository> {
        &self.serving.repository
    }

    /// The database and the Postgres behind it.
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// Serves until `stop` is done, then stops in order: takes no new requests, finishes those in
    /// flight and faxes under way within `server.shutdown_timeout`, says what is left to say to the
    /// database, and ends the journal and Postgres. It takes no longer than
    /// `server.shutdown_timeout`, `postgres.stop_timeout` and 30 s together.
    ///
    /// # Errors
    /// If our Postgres did not stop in order; [`AppError::Copied`] if it had to stop because
    /// another gateway has taken its place.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> Result<(), AppError> {
        let replaced = tokio::select! {
            () = stop => false,
            () = self.serving.lock.lost() => true,
            () = self.backend.database().gateway_replaced() => true,
        };
        info!("stopping: finishing the requests in flight");
        self.serving
            .stop(&self.backend, self.settings.server.shutdown_timeout)
            .await;
        let content = self.backend.content().display().to_string();
        self.backend.close().await?;
        info!("stopped");
        if replaced {
            return Err(AppError::Copied(content));
        }
        Ok(())
    }
}

/// The ports, taken and not yet served.
struct Ports {
    clients: (TcpListener, SocketAddr),
    tls: Option<TlsPort>,
    admin: (TcpListener, SocketAddr),
}

impl Ports {
    /// Lets clients and operators connect.
    fn open(&self) -> Result<(), AppError> {
        open_port(&self.clients, "server.listen")?;
        if let Some(tls) = &self.tls {
            tls.open_port()?;
        }
        open_port(&self.admin, "admin.listen")
    }
}

/// Registers this process as the gateway on `store`.
async fn register(backend: &Backend, store: StoreId) -> Result<Uuid, AppError> {
    let boot = Uuid::new_v4();
    backend.database().register_boot(boot, store).await?;
    if backend.is_ours() {
        // On a server of the operator's, one that lost its connection may still hand faxes over.
        backend.database().release_leases().await?;
    }
    Ok(boot)
}

/// What both ports of the clients share.
fn edge(settings: &Settings, admission: &Admission, addresses: &ClientAddresses) -> Edge {
    let longest = settings.http.max_body as u64;
    Edge {
        addresses: addresses.clone(),
        expectations: Expectations::new(admission.clone(), addresses.clone(), longest),
    }
}

impl Serving {
    async fn start(
        settings: &Settings,
        backend: &Backend,
        listening: Ports,
    ) -> Result<Self, AppError> {
        if backend.is_held() {
            return Err(AppError::Held(
                settings.server.data_dir.display().to_string(),
            ));
        }
        let metrics = Metrics::install();
        let Opened {
            store,
            lock,
            confirmations,
        } = open_journal(settings, backend).await?;
        // Before anything goes by age.
        let clock = jobs::Watch::start(backend.database()).await?;
        let boot = register(backend, store.id()).await?;
        let repository = backend.repository(settings);
        let (engine, committer) = UploadEngine::start(
            Arc::clone(&repository),
            Arc::clone(&store),
            boot,
            engine_settings(settings),
        )
        .map_err(AppError::Settings)?;

        let Faxing {
            faxes,
            outbox,
            statuses,
        } = Faxing::open(settings, backend, &engine, store.id(), boot).await?;

        let memory = BodyMemory::new(settings.http.body_memory);
        let admission = Admission::new(
            settings.http.max_in_flight,
            settings.http.max_in_flight_per_address,
        );
        let addresses = ClientAddresses::new(&settings.http.trusted_proxies);
        let edge = edge(settings, &admission, &addresses);
        let interfax = InterFax::new(
            engine.clone(),
            faxes.clone(),
            memory.clone(),
            admission.clone(),
            addresses,
            interfax_settings(settings),
        );
        let health = web::Data::new(Health::new(
            backend.database().clone(),
            Arc::clone(&store),
            outbox.deliveries.clone(),
            Arc::clone(&outbox.repository),
        ));
        // Until now a client is refused, and tries again: it would wait as long as a database starts.
        listening.open()?;
        let stop_jobs = CancellationToken::new();
        let parts = JobParts {
            repository: Arc::clone(&repository),
            store: Arc::clone(&store),
            confirmations: Arc::clone(&confirmations),
            database: backend.database().clone(),
            memory,
            admission,
            sweep_interval: settings.session.sweep_interval,
            undelete: settings.session.undelete,
            retention: settings.session.retention,
            clock: Arc::new(clock),
            faxes: Arc::clone(&outbox.repository),
            fax_retention: fax_retention(settings),
            deliveries: outbox.deliveries.clone(),
        };
        let mut jobs = jobs::start(&parts, metrics.clone(), &stop_jobs);
        outbox.start(&mut jobs, &stop_jobs);
        let (address, admin_address) = (listening.clients.1, listening.admin.1);
        let mut client_ports = vec![ClientPort::plain(listening.clients)];
        let tls_address = listening.tls.as_ref().map(TlsPort::address);
        let certificates = listening.tls.as_ref().map(TlsPort::certificates);
        if let Some(tls) = listening.tls {
            client_ports.push(tls.serve(&mut jobs, &stop_jobs));
        }
        Ok(Self {
            address,
            tls_address,
            certificates,
            admin_address,
            engine,
            faxes,
            repository,
            store,
            confirmations,
            boot,
            lock,
            committer,
            clients: serve_clients(settings, client_ports, &edge, interfax)
                .map_err(AppError::Settings)?,
            admin: serve_admin(settings, listening.admin.0, health, metrics, statuses)
                .map_err(AppError::Settings)?,
            jobs,
            stop_jobs,
        })
    }

    async fn stop(mut self, backend: &Backend, patience: Duration) {
        self.stop_jobs.cancel();
        // At the same time, so that both together have that long.
        tokio::join!(
            self.clients.close(patience),
            end_jobs(&mut self.jobs, patience)
        );
        // It ends when nobody can hand it anything any more.
        drop((self.faxes, self.engine, self.repository));
        match timeout(LAST_WORDS, &mut self.committer).await {
            // Only now is it certain that every answer was delivered or is marked.
            Ok(Ok(End::Settled)) => {
                let ended = timeout(LAST_WORDS, backend.database().end_boot(self.boot));
                if !matches!(ended.await, Ok(Ok(()))) {
                    warn!(
                        "the database could not be told that this process has ended well: the last answers count as lost"
                    );
                }
            }
            // It has said so; the next process takes the last answers for lost.
            Ok(Ok(End::InDoubt)) => {}
            Ok(Err(_)) | Err(_) => {
                self.committer.abort();
                warn!("commits were still under way when the gateway had to stop");
            }
        }
        // A copy of the database that is restored later is told from this one.
        let _ = timeout(LAST_WORDS, self.confirmations.confirm()).await;
        if timeout(LAST_WORDS, self.store.close()).await.is_err() {
            warn!("the content store could not be closed in time: its disk does not answer");
        }
        self.admin.close(OPERATORS_WITHIN).await;
    }
}

/// Waits for what the gateway does by itself, and cuts it off after `patience`. All of it can be
/// cut off at any moment, as by a crash: the next gateway goes on with it.
async fn end_jobs(jobs: &mut JoinSet<()>, patience: Duration) {
    let ended = async { while jobs.join_next().await.is_some() {} };
    if timeout(patience, ended).await.is_err() {
        warn!(
            jobs = jobs.len(),
            "faxes or other work still under way after server.shutdown_timeout were cut off; the next start goes on with them"
        );
        jobs.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_job_that_does_not_end_is_cut_off_in_time() {
        let mut jobs = JoinSet::new();
        jobs.spawn(std::future::pending());
        jobs.spawn(async {});
        let begun = tokio::time::Instant::now();
        end_jobs(&mut jobs, Duration::from_millis(50)).await;
        assert!(jobs.is_empty());
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
}
