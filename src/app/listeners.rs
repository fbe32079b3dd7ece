//! The two ports.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use actix_web::{
    App as Routes, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    middleware::from_fn,
    web::{self, Payload},
};
use tokio::{task::JoinHandle, time::timeout};
use tracing::warn;

use crate::{
    http::{Connection, Health, admin_routes, healthz, holding, log_requests},
    protocol::interfax::InterFax,
    settings::Settings,
    telemetry::metrics::Metrics,
};

use super::AppError;

/// A port that is served.
pub struct Server {
    handle: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// Takes no new requests, and waits for those in flight as long as there is patience.
    pub async fn close(self, patience: Duration) {
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

/// Serves the clients' port.
pub fn serve_clients(
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
        task: tokio::spawn(server),
    })
}
