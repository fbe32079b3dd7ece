//! The ports.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use actix_http::{HttpService, error::DispatchError};
use actix_service::{ServiceFactoryExt, fn_service, map_config};
use actix_web::{
    App as Routes, HttpRequest, HttpResponse, HttpServer,
    dev::{AppConfig, ServerHandle},
    middleware::from_fn,
    rt::net::TcpStream,
    web::{self, Payload},
};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{
    http::{
        Connection, Health, Paced, Transport, admin_routes, healthz, holding, log_requests,
        tls::Acceptor,
    },
    protocol::interfax::InterFax,
    settings::Settings,
    telemetry::metrics::{self, Metrics},
};

use super::AppError;

/// A port that is served.
pub struct Server {
    handle: ServerHandle,
    /// Tells idle connections to close.
    stopping: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// Takes no new requests, and waits for those in flight as long as there is patience.
    pub async fn close(self, patience: Duration) {
        self.stopping.cancel();
        if timeout(patience, self.handle.stop(true)).await.is_err() {
            warn!("requests that were still in flight after server.shutdown_timeout were cut off");
            self.handle.stop(false).await;
        }
        if let Ok(Err(error)) = self.task.await {
            warn!(%error, "a port did not close in order");
        }
    }
}

/// Takes a port, before anything is there to serve it.
pub fn listen(
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

/// A port for clients, and what is spoken on it.
pub struct ClientPort {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Acceptor>,
}

impl ClientPort {
    /// HTTP as it is.
    pub fn plain((listener, address): (TcpListener, SocketAddr)) -> Self {
        Self {
            listener,
            address,
            tls: None,
        }
    }

    /// HTTP inside TLS.
    pub fn tls((listener, address): (TcpListener, SocketAddr), acceptor: Acceptor) -> Self {
        Self {
            listener,
            address,
            tls: Some(acceptor),
        }
    }
}

/// Makes of a connection what HTTP is spoken on.
async fn open(stream: TcpStream, tls: Option<Acceptor>) -> Result<Transport, DispatchError> {
    let Some(acceptor) = tls else {
        return Ok(Transport::Plain(stream));
    };
    let peer = stream.peer_addr().map(|peer| peer.ip()).ok();
    let shaken = acceptor.accept(stream).await;
    metrics::handshake(shaken.is_ok());
    match shaken {
        Ok(stream) => Ok(Transport::Tls(Box::new(stream))),
        Err(error) => {
            info!(client = ?peer, %error, "no TLS connection came about");
            Err(DispatchError::Io(error))
        }
    }
}

/// Serves the clients' ports.
pub fn serve_clients(
    settings: &Settings,
    ports: Vec<ClientPort>,
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
    let (head_timeout, keep_alive) = (settings.http.head_timeout, settings.http.keep_alive);
    let stopping = CancellationToken::new();
    let stopped = stopping.clone();
    // As `HttpServer` does it, but for `Paced` and TLS.
    let service = |address: SocketAddr, tls: Option<Acceptor>| {
        let (routes, stopped) = (routes.clone(), stopped.clone());
        move || {
            let (stopped, tls) = (stopped.clone(), tls.clone());
            let app = map_config(routes(), |()| AppConfig::default());
            let http = HttpService::build()
                .graceful_shutdown_signal(move || stopped.clone().cancelled_owned())
                .client_request_timeout(head_timeout)
                .keep_alive(keep_alive)
                .local_addr(address)
                .on_connect_ext(|paced: &Paced, data| Connection::remember(paced.transport(), data))
                .h1(app);
            fn_service(move |stream: TcpStream| {
                let peer = stream.peer_addr().ok();
                let tls = tls.clone();
                async move { Ok((Paced::new(open(stream, tls).await?), peer)) }
            })
            .and_then(http)
        }
    };
    let mut server = actix_server::Server::build()
        .workers(workers)
        .max_concurrent_connections(settings.server.max_connections.div_ceil(workers))
        .shutdown_timeout(grace)
        .disable_signals();
    for port in ports {
        let name = if port.tls.is_some() {
            "clients, TLS"
        } else {
            "clients"
        };
        server = server
            .listen(name, port.listener, service(port.address, port.tls))
            .map_err(|error| format!("{} cannot be served: {error}", port.address))?;
    }
    let server = server.run();
    Ok(Server {
        handle: server.handle(),
        stopping,
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
        holding(HttpResponse::NotFound().finish(), payload)
    }
}

/// Serves the operators' port.
pub fn serve_admin(
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
        stopping: CancellationToken::new(),
        task: tokio::spawn(server),
    })
}
