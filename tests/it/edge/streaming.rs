//! A server with answers of any size, on the edge of a gateway.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::Duration,
};

use actix_http::{HttpService, error::DispatchError};
use actix_server::{Server, ServerHandle};
use actix_service::{ServiceFactoryExt, fn_service, map_config};
use actix_web::{
    App, HttpRequest,
    dev::AppConfig,
    middleware::from_fn,
    rt::{System, net::TcpStream},
    web,
};
use chunkgate::{
    engine::{AnswerReceipt, Delivery, Evidence},
    http::{
        ClientStream, Connection, ConnectionLimits, Paced, Timed, Transport, Unacknowledged,
        respond, time_heads,
    },
    soap::{Body, Response},
};
use tokio::{
    runtime::Handle,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::sleep,
};

/// Limits that nobody exceeds.
pub const GENEROUS: ConnectionLimits = ConnectionLimits {
    head: Duration::from_mins(1),
    answer: Duration::from_mins(1),
    answer_rate: 1,
};

/// The server, and what became of its answers: whether each was delivered.
pub struct Streaming {
    pub address: SocketAddr,
    pub delivered: UnboundedReceiver<bool>,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Streaming {
    /// Answers each request with what `body` makes.
    pub fn start(
        limits: ConnectionLimits,
        body: impl Fn() -> Body + Clone + Send + 'static,
    ) -> Self {
        let (told, delivered) = unbounded_channel();
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (give, take) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            System::new().block_on(async move {
                let server = Server::build()
                    .workers(1)
                    .disable_signals()
                    .shutdown_timeout(1)
                    .listen("streaming", listener, move || {
                        let (body, told) = (body.clone(), told.clone());
                        let answer = move |request: HttpRequest| {
                            let response = answer(body());
                            let receipt = Box::new(Told::new(told.clone()));
                            let connection = Connection::of(&request);
                            async move { respond(response, Some(receipt), connection) }
                        };
                        let app = App::new()
                            .wrap(from_fn(time_heads))
                            .default_service(web::to(answer));
                        let http = HttpService::build()
                            .client_request_timeout(Duration::ZERO)
                            .on_connect_ext(|timed: &Timed<Paced>, data| {
                                timed.remember(data);
                                let stream = timed.stream().transport().stream();
                                data.insert(Arc::clone(stream.connection()));
                            })
                            .h1(map_config(app, |()| AppConfig::default()));
                        fn_service(move |stream: TcpStream| async move {
                            let peer = stream.peer_addr().ok();
                            Transport::limit_unsent(&stream);
                            let unacknowledged = Unacknowledged::new(Handle::current());
                            let stream = ClientStream::new(stream, false, unacknowledged);
                            let paced = Paced::new(Transport::Plain(stream));
                            Ok::<_, DispatchError>((Timed::new(paced, limits, None), peer))
                        })
                        .and_then(http)
                    })
                    .expect("a listener")
                    .run();
                give.send(server.handle()).expect("somebody waits");
                server.await.expect("a server that ends");
            });
        });
        Self {
            address,
            delivered,
            handle: take.recv().expect("a server"),
            thread: Some(thread),
        }
    }
}

impl Drop for Streaming {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(!matches!(ended, Some(Err(_))), "the server fails");
    }
}

fn answer(body: Body) -> Response {
    Response {
        status: 200,
        content_type: Some("text/xml; charset=utf-8"),
        cache_control: None,
        body,
    }
}

/// Tells what becomes of an answer, once, as soon as that is known.
struct Told(Arc<Mutex<Option<UnboundedSender<bool>>>>);

impl Told {
    fn new(told: UnboundedSender<bool>) -> Self {
        Self(Arc::new(Mutex::new(Some(told))))
    }

    fn tell(&self, delivered: bool) {
        if let Some(told) = self.0.lock().expect("nobody panics with it").take() {
            let _nobody_waits = told.send(delivered);
        }
    }
}

impl AnswerReceipt for Told {
    fn written(&mut self, evidence: Arc<dyn Evidence>) {
        let told = Self(Arc::clone(&self.0));
        tokio::spawn(async move {
            while evidence.look() == Delivery::Pending {
                sleep(Duration::from_millis(5)).await;
            }
            told.tell(evidence.look() == Delivery::Acknowledged);
        });
    }

    fn delivered(self: Box<Self>) {
        self.tell(true);
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.tell(false);
    }
}
