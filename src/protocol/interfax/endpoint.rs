//! The service over HTTP: POST is SOAP, GET is for documents, and below the service's path both
//! are forms.

use std::{borrow::Cow, ops::AsyncFnOnce, sync::Arc, time::Instant};

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{
        ConnectionType, Method, StatusCode,
        header::{ACCEPT_ENCODING, ALLOW, HeaderValue},
    },
    web::Payload,
};

use crate::{
    engine::UploadEngine,
    fax::Faxes,
    http::{
        Admission, Body, BodyError, BodyLimits, BodyMemory, ClientAddresses, Connection, Content,
        ContentCoding, RequestFacts, busy, client_address, holding, respond,
    },
    settings::TestFormAccess,
    soap::{self, Fault, FormError, Outcome, RequestHead, Response, Version},
    telemetry::metrics::{self, Answer, Refusal},
};

use super::{Exchange, PROTOCOL, exchange::Services};

/// How the front end is reached.
#[derive(Clone, Debug)]
pub struct InterFaxSettings {
    /// Its path, compared without regard to case.
    pub path: String,
    /// The address clients use, if it is fixed.
    pub public_url: Option<String>,
    /// Whether operations can be called with GET.
    pub http_get: bool,
    /// Who may try operations on the help page.
    pub test_form: TestFormAccess,
    /// Limits of a body.
    pub body: BodyLimits,
}

/// Which words the edge's own answers are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    /// SOAP of either version.
    Soap,
    /// HTTP GET and POST.
    Form,
}

/// The front end and what it is built on.
#[derive(Clone)]
pub struct InterFax {
    engine: UploadEngine,
    faxes: Faxes,
    memory: BodyMemory,
    admission: Admission,
    pub(super) addresses: ClientAddresses,
    pub(super) settings: Arc<InterFaxSettings>,
}

impl InterFax {
    /// The front end over an engine.
    pub fn new(
        engine: UploadEngine,
        faxes: Faxes,
        memory: BodyMemory,
        admission: Admission,
        addresses: ClientAddresses,
        settings: InterFaxSettings,
    ) -> Self {
        Self {
            engine,
            faxes,
            memory,
            admission,
            addresses,
            settings: Arc::new(settings),
        }
    }

    /// Whether a request for this path is ours.
    pub fn serves(&self, path: &str) -> bool {
        self.path_info(path).is_some()
    }

    /// What follows the service's path: nothing, or `/` and more.
    fn path_info<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (service, path_info) = path.split_at_checked(self.settings.path.len())?;
        let ours = service.eq_ignore_ascii_case(&self.settings.path)
            && (path_info.is_empty() || path_info.starts_with('/'));
        ours.then_some(path_info)
    }

    /// Answers a request. Header names are spelled as the original spelled them, because programs
    /// that speak HTTP by hand look for `Content-Length`.
    pub async fn answer(&self, request: HttpRequest, payload: Payload) -> HttpResponse {
        let mut response = self.route(&request, payload).await;
        response.head_mut().set_camel_case_headers(true);
        response
    }

    async fn route(&self, request: &HttpRequest, payload: Payload) -> HttpResponse {
        let path_info = self.path_info(request.path()).unwrap_or_default();
        if !path_info.is_empty() {
            let path_info = soap::percent_decode(path_info);
            // Not on the path of chunks, whose futures would be as large as the largest of these.
            return Box::pin(self.answer_form(request, &path_info, payload)).await;
        }
        match *request.method() {
            Method::POST if self.is_trial(request) => {
                Box::pin(self.try_operation(request, payload)).await
            }
            Method::POST => self.answer_soap(request, payload).await,
            Method::GET | Method::HEAD => holding(self.document(request), payload),
            _ => not_allowed("GET, HEAD, POST", payload),
        }
    }

    async fn answer_soap(&self, request: &HttpRequest, payload: Payload) -> HttpResponse {
        let content_type = header(request, "content-type");
        let soap_action = header(request, "soapaction");
        let head = RequestHead {
            content_type: content_type.as_deref(),
            soap_action: soap_action.as_deref(),
        };
        self.call(request, payload, Binding::Soap, async |exchange, body| {
            soap::handle(exchange, head, body).await
        })
        .await
    }

    /// Answers a request for `/dfs.asmx/Operation`.
    async fn answer_form(
        &self,
        request: &HttpRequest,
        path_info: &str,
        payload: Payload,
    ) -> HttpResponse {
        let form = Binding::Form;
        match *request.method() {
            Method::POST => {
                let content_type = header(request, "content-type");
                self.call(request, payload, form, async |exchange, body| {
                    soap::handle_form(exchange, path_info, content_type.as_deref(), body).await
                })
                .await
            }
            Method::GET if self.settings.http_get => {
                let query = request.query_string();
                self.call(request, payload, form, async |exchange, _body| {
                    soap::handle_query(exchange, path_info, query).await
                })
                .await
            }
            Method::GET => {
                self.call(request, payload, form, async |_exchange, _body| {
                    soap::unrecognized(path_info)
                })
                .await
            }
            _ if self.settings.http_get => not_allowed("GET, POST", payload),
            _ => not_allowed("POST", payload),
        }
    }

    /// Runs a call within the limits of the edge, in whichever binding it came: `serve` makes the
    /// answer from the exchange and the content of the body.
    pub(super) async fn call(
        &self,
        request: &HttpRequest,
        payload: Payload,
        binding: Binding,
        serve: impl AsyncFnOnce(&Exchange<'_>, Content<&mut Body>) -> Outcome,
    ) -> HttpResponse {
        let begun = Instant::now();
        let declared = header(request, "content-length").and_then(|length| length.parse().ok());
        let mut body = Body::new(payload, declared, self.settings.body);
        let client = client_address(request, &self.addresses);
        let Some(_admitted) = self.admission.admit(client) else {
            metrics::refused(Refusal::InFlight);
            let whole = body.drain().await;
            return closing_unless(whole, body, busy());
        };
        let Some(coding) = ContentCoding::of(request.headers()) else {
            let whole = body.drain().await;
            request.extensions_mut().insert(RequestFacts {
                protocol: PROTOCOL,
                client: Some(client),
                bytes: body.received(),
                problem: Some("a Content-Encoding other than gzip".to_owned()),
                ..RequestFacts::default()
            });
            return closing_unless(whole, body, unknown_coding());
        };
        let connection = Connection::of(request);
        let exchange = Exchange::new(
            Services {
                engine: &self.engine,
                faxes: &self.faxes,
                memory: &self.memory,
            },
            client,
            connection.clone(),
            self.addresses.own_connection(request),
        );
        let content = Content::new(&mut body, coding, self.settings.body.max_body);
        let outcome = serve(&exchange, content).await;
        let whole = match outcome.response.as_ref().err().map(BodyError::of) {
            // The body came as it should, whatever was in it.
            None | Some(None) => body.drain().await,
            Some(Some(BodyError::TooLong)) => {
                // A client that sends first and listens afterwards shall see the answer; then the
                // connection is closed, as the original service did.
                body.drain().await;
                false
            }
            Some(Some(BodyError::TooSlow | BodyError::CutShort)) => false,
        };
        let is_busy = exchange.is_busy();
        let (mut facts, receipt) = exchange.finish();
        facts.operation = outcome.operation;
        facts.bytes = body.received();
        let response = match outcome {
            _ if is_busy => busy(),
            Outcome {
                response: Ok(response),
                refusal,
                ..
            } => {
                facts.problem = facts.problem.or(refusal);
                respond(response, receipt, connection)
            }
            Outcome {
                response: Err(error),
                version,
                ..
            } => {
                facts.problem = Some(error.to_string());
                unreadable_body(&error, || binding.too_long(version.unwrap_or_default()))
            }
        };
        count(&facts, response.status(), begun);
        request.extensions_mut().insert(facts);
        closing_unless(whole, body, response)
    }
}

impl Binding {
    fn too_long(self, version: Version) -> Response {
        match self {
            Self::Soap => Fault::too_long().into_response(version),
            Self::Form => FormError::TooLong.into_response(),
        }
    }
}

/// The first header of that name; what is not UTF-8 in it becomes U+FFFD, so that an unreadable
/// action is an unknown one and not none.
pub(super) fn header<'r>(request: &'r HttpRequest, name: &str) -> Option<Cow<'r, str>> {
    let value = request.headers().get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()))
}

fn not_allowed(allow: &'static str, payload: Payload) -> HttpResponse {
    let refusal = HttpResponse::MethodNotAllowed()
        .insert_header((ALLOW, HeaderValue::from_static(allow)))
        .finish();
    holding(refusal, payload)
}

/// The answer to a body whose coding cannot be undone. It names the one that can.
fn unknown_coding() -> HttpResponse {
    HttpResponse::UnsupportedMediaType()
        .insert_header((ACCEPT_ENCODING, HeaderValue::from_static("gzip")))
        .finish()
}

/// The answer to a body that could not be read.
fn unreadable_body(error: &std::io::Error, too_long: impl FnOnce() -> Response) -> HttpResponse {
    match BodyError::of(error) {
        Some(BodyError::TooLong) => {
            metrics::refused(Refusal::TooLarge);
            respond(too_long(), None, None)
        }
        // Deviation: the original waits. The status says why the connection is closed
        // (`edge::body_time`).
        Some(BodyError::TooSlow) => {
            metrics::refused(Refusal::TooSlow);
            HttpResponse::RequestTimeout().finish()
        }
        Some(BodyError::CutShort) | None => respond(Response::empty(400), None, None),
    }
}

/// A connection on which part of a request is still to come cannot carry another one.
fn closing_unless(whole: bool, body: Body, mut response: HttpResponse) -> HttpResponse {
    if !whole {
        response
            .head_mut()
            .set_connection_type(ConnectionType::Close);
    }
    holding(response, body)
}

fn count(facts: &RequestFacts, status: StatusCode, begun: Instant) {
    let Some(operation) = facts.operation else {
        return;
    };
    let answer = match facts.result {
        Some(result) if status.is_success() => Answer::Result(result),
        Some(_) | None => Answer::Fault(status.as_u16()),
    };
    metrics::operation(PROTOCOL, operation, answer, begun.elapsed(), facts.bytes);
}
