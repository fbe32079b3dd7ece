//! The ports.

use std::{
    future::ready,
    io,
    net::{SocketAddr, TcpListener},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use actix_http::{HttpService, Request, error::DispatchError};
use actix_service::{ServiceFactoryExt, fn_service, map_config};
use actix_web::{
    App as Routes, HttpRequest, HttpResponse, HttpServer,
    dev::{AppConfig, ServerHandle},
    middleware::from_fn,
    rt::net::TcpStream,
    web::{self, Payload},
};
use futures_util::FutureExt;
use socket2::{Domain, Socket, Type};
use tokio::{runtime::Handle, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::{
    fax::delivery::webhook::Statuses,
    http::{
        ClientAddresses, ClientStream, ConnectionLimits, Expectations, Health, Hosts, Paced,
        PerAddress, Share, Timed, Transport, Unacknowledged, admin_routes, healthz, holding,
        log_requests, part, refuse_ambiguous, refuse_other_hosts, time_heads, tls::Acceptor,
    },
    protocol::interfax::InterFax,
    settings::Settings,
    telemetry::metrics::{self, Metrics, Refusal},
};

use super::{
    AppError,
    descriptors::{OPERATORS, SPARE_CONNECTIONS},
};

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
        // Its workers end by themselves; a thread that hangs must not keep the process.
        match timeout(LINGER, self.task).await {
            Ok(Ok(Err(error))) => warn!(%error, "a port did not close in order"),
            Ok(_) => {}
            Err(_elapsed) => warn!("a port did not close in time"),
        }
    }
}

/// Takes a port, before anything is there to serve it: until [`open_port`], clients are refused and
/// do not wait.
pub fn take_port(
    address: SocketAddr,
    setting: &'static str,
) -> Result<(TcpListener, SocketAddr), AppError> {
    let explain = explain(address, setting);
    let listener = bind(address).map_err(&explain)?;
    let address = listener.local_addr().map_err(&explain)?;
    Ok((listener, address))
}

/// Lets clients connect to a port that was taken.
pub fn open_port(
    (listener, address): &(TcpListener, SocketAddr),
    setting: &'static str,
) -> Result<(), AppError> {
    let opened = rustix::net::listen(listener, BACKLOG);
    opened.map_err(|error| explain(*address, setting)(error.into()))
}

fn explain(address: SocketAddr, setting: &'static str) -> impl Fn(io::Error) -> AppError {
    move |reason| AppError::Listen {
        address,
        setting,
        reason,
    }
}

/// Connections that may wait in the kernel to be accepted. The kernel has a limit of its own,
/// `net.core.somaxconn` (4096 since Linux 5.4), and drops what comes beyond the lower of the two:
/// those clients try again after a second. With the 128 of the standard library a thousand clients
/// that connect at once, as after a restart, are beyond it.
const BACKLOG: i32 = 4096;

/// As [`TcpListener::bind`] does it, but nobody can connect yet.
fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // A gateway that starts again is not kept from its port by connections of its last life.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// What the clients' ports ask before a front end sees a request.
#[derive(Clone)]
pub struct Edge {
    pub addresses: ClientAddresses,
    pub expectations: Expectations,
}

/// How long a connection is read on after an answer to a request that was not read to its end.
/// Closed at once, it would be reset, and the answer lost to a client that is still sending.
const LINGER: Duration = Duration::from_secs(2);

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

/// What is said on a connection beyond its address' share.
const ONE_TOO_MANY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n\
    Content-Length: 0\r\nConnection: close\r\n\r\n";

/// Makes of a connection what HTTP is spoken on.
async fn open(
    stream: TcpStream,
    tls: Option<Acceptor>,
    unacknowledged: Unacknowledged,
) -> Result<Transport, DispatchError> {
    Transport::limit_unsent(&stream);
    let peer = stream.peer_addr().map(|peer| peer.ip()).ok();
    let stream = ClientStream::new(stream, tls.is_some(), unacknowledged);
    let Some(acceptor) = tls else {
        return Ok(Transport::Plain(stream));
    };
    let shaken = acceptor.accept(stream).await;
    metrics::handshake(shaken.is_ok());
    match shaken {
        Ok(stream) => Ok(Transport::Tls(Box::new(stream))),
        Err(error) => {
            let client = peer.map(|peer| peer.to_canonical().to_string());
            info!(client, %error, "no TLS connection came about");
            Err(DispatchError::Io(error))
        }
    }
}

/// Serves the clients' ports.
pub fn serve_clients(
    settings: &Settings,
    ports: Vec<ClientPort>,
    edge: &Edge,
    interfax: InterFax,
) -> Result<Server, String> {
    let workers = settings.server.workers;
    let grace = settings.server.shutdown_timeout.as_secs().max(1);
    let ours = interfax.clone();
    let routes = move || {
        Routes::new()
            .app_data(web::Data::new(interfax.clone()))
            .wrap(from_fn(log_requests))
            .wrap(from_fn(refuse_ambiguous))
            .wrap(from_fn(time_heads))
            .route("/healthz", web::get().to(healthz))
            .route("/healthz", web::head().to(healthz))
            .default_service(web::to(dispatch))
    };
    let keep_alive = settings.http.keep_alive;
    let limits = ConnectionLimits {
        head: settings.http.head_timeout,
        answer: settings.http.answer_timeout,
        answer_rate: settings.http.min_rate,
    };
    let per_address = PerAddress::new(
        settings.server.max_connections,
        settings.server.max_connections_per_address,
    );
    let unacknowledged = Unacknowledged::new(Handle::current());
    let stopping = CancellationToken::new();
    let stopped = stopping.clone();
    // As `HttpServer` does it, but for `Timed`, `Paced` and TLS.
    let service = |address: SocketAddr, tls: Option<Acceptor>| {
        let (routes, stopped) = (routes.clone(), stopped.clone());
        let (edge, per_address) = (edge.clone(), per_address.clone());
        let (ours, unacknowledged) = (ours.clone(), unacknowledged.clone());
        move || {
            let (stopped, tls) = (stopped.clone(), tls.clone());
            let (edge, per_address) = (edge.clone(), per_address.clone());
            let app = map_config(routes(), |()| AppConfig::default());
            let (expectations, ours) = (edge.expectations, ours.clone());
            let http = HttpService::build()
                .graceful_shutdown_signal(move || stopped.clone().cancelled_owned())
                // `Timed` sees to that, for all requests.
                .client_request_timeout(Duration::ZERO)
                .client_disconnect_timeout(LINGER)
                .keep_alive(keep_alive)
                .local_addr(address)
                .on_connect_ext(|timed: &Timed<Paced>, data| {
                    timed.remember(data);
                    data.insert(Arc::clone(timed.stream().transport().stream().connection()));
                })
                .expect(fn_service(move |request: Request| {
                    // Elsewhere nothing is too long: there is nothing.
                    ready(if ours.serves(request.path()) {
                        expectations.meet(request)
                    } else {
                        Ok(request)
                    })
                }))
                .h1(app);
            let (addresses, unacknowledged) = (edge.addresses, unacknowledged.clone());
            fn_service(move |stream: TcpStream| {
                let peer = stream.peer_addr().ok();
                let (tls, unacknowledged) = (tls.clone(), unacknowledged.clone());
                let share = share_of(peer, &addresses, &per_address);
                async move {
                    let share = match share {
                        Ok(share) => share,
                        Err(refused) => {
                            // Inside TLS it would cost a handshake to say it.
                            if tls.is_none() {
                                let _told = timeout(LINGER, part(stream, ONE_TOO_MANY)).await;
                            }
                            return Err(refused);
                        }
                    };
                    let paced = Paced::new(open(stream, tls, unacknowledged).await?);
                    Ok((Timed::new(paced, limits, share), peer))
                }
            })
            .and_then(http)
        }
    };
    let mut server = actix_server::Server::build()
        .workers(workers)
        .max_concurrent_connections(settings.server.max_connections / workers + SPARE_CONNECTIONS)
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

/// The place of a new connection among those of its address; a trusted proxy needs none.
fn share_of(
    peer: Option<SocketAddr>,
    addresses: &ClientAddresses,
    per_address: &PerAddress,
) -> Result<Option<Share>, DispatchError> {
    let Some(peer) = peer.map(|peer| peer.ip()) else {
        return Ok(None);
    };
    if addresses.trusts(peer) {
        return Ok(None);
    }
    if let Some(share) = per_address.take(peer) {
        return Ok(Some(share));
    }
    // Not more than that: somebody who wants to fill the log could.
    debug!(%peer, "closed a connection: the address has server.max_connections_per_address open");
    metrics::refused(Refusal::Connections);
    Err(DispatchError::Io(io::ErrorKind::QuotaExceeded.into()))
}

/// Every path that is no other route's belongs to a front end, or to nobody.
async fn dispatch(
    request: HttpRequest,
    payload: Payload,
    interfax: web::Data<InterFax>,
) -> HttpResponse {
    if interfax.serves(request.path()) {
        // Whatever is not an operation: those answer in their own words.
        let answered = AssertUnwindSafe(interfax.answer(request, payload)).catch_unwind();
        answered.await.unwrap_or_else(|_logged| {
            // Part of the request may still be to come.
            HttpResponse::InternalServerError().force_close().finish()
        })
    } else {
        let whither = format!("chunkgate: the service is at {}\n", interfax.path());
        let answer = HttpResponse::NotFound()
            .content_type("text/plain; charset=utf-8")
            .body(whither);
        holding(answer, payload)
    }
}

/// Serves the operators' port.
pub fn serve_admin(
    settings: &Settings,
    listener: TcpListener,
    health: web::Data<Health>,
    metrics: Metrics,
    statuses: Option<Statuses>,
) -> Result<Server, String> {
    let hosts = web::Data::new(Hosts(settings.admin.hosts.clone()));
    let metrics = web::Data::new(metrics);
    let statuses = statuses.map(web::Data::new);
    let routes = move || {
        let routes = Routes::new()
            .app_data(health.clone())
            .app_data(metrics.clone())
            .app_data(hosts.clone())
            .wrap(from_fn(refuse_other_hosts))
            .configure(admin_routes);
        match &statuses {
            Some(statuses) => routes.app_data(statuses.clone()),
            None => routes,
        }
    };
    let server = HttpServer::new(routes)
        .workers(1)
        .max_connections(OPERATORS)
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

#[cfg(test)]
mod tests {
    use std::{io::ErrorKind, net::TcpStream, time::Duration};

    use super::{open_port, take_port};

    #[test]
    fn a_port_that_was_taken_refuses_clients_until_it_is_opened() {
        let port = take_port("127.0.0.1:0".parse().unwrap(), "server.listen").unwrap();
        let refused = TcpStream::connect(port.1).expect_err("nobody serves it");
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        open_port(&port, "server.listen").unwrap();
        TcpStream::connect(port.1).expect("it is served soon");
        assert!(take_port(port.1, "server.listen").is_err(), "it is in use");
    }

    #[test]
    fn hundreds_that_connect_before_the_first_is_accepted_need_not_try_again() {
        let port = take_port("127.0.0.1:0".parse().unwrap(), "server.listen").unwrap();
        open_port(&port, "server.listen").unwrap();
        let waiting: Vec<TcpStream> = (0..400)
            .map_while(|_| TcpStream::connect_timeout(&port.1, Duration::from_secs(10)).ok())
            .collect();
        assert_eq!(waiting.len(), 400);
    }
}
