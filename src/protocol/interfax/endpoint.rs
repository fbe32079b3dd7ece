//! The service over HTTP: POST is SOAP, GET is for documents.

use std::{sync::Arc, time::Instant};

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::{
        ConnectionType, Method, StatusCode,
        header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue},
    },
    web::Payload,
};

use crate::{
    engine::UploadEngine,
    http::{
        Admission, Body, BodyError, BodyLimits, BodyMemory, ClientAddresses, Connection,
        RequestFacts, busy, client_address, holding, respond,
    },
    soap::{self, Fault, Outcome, RequestHead, Version},
    telemetry::metrics::{self, Answer, Refusal},
};

use super::{Exchange, PROTOCOL};

/// How the front end is reached.
#[derive(Clone, Debug)]
pub struct InterFaxSettings {
    /// Its path, compared without regard to case.
    pub path: String,
    /// The address clients use, if it is fixed.
    pub public_url: Option<String>,
    /// Limits of a body.
    pub body: BodyLimits,
}

/// The front end and what it is built on.
#[derive(Clone)]
pub struct InterFax {
    engine: UploadEngine,
    memory: BodyMemory,
    admission: Admission,
    pub(super) addresses: ClientAddresses,
    pub(super) settings: Arc<InterFaxSettings>,
}

impl InterFax {
    /// The front end over an engine.
    pub fn new(
        engine: UploadEngine,
        memory: BodyMemory,
        admission: Admission,
        addresses: ClientAddresses,
        settings: InterFaxSettings,
    ) -> Self {
        Self {
            engine,
            memory,
            admission,
            addresses,
            settings: Arc::new(settings),
        }
    }

    /// Whether a request for this path is ours.
    pub fn serves(&self, path: &str) -> bool {
        path.eq_ignore_ascii_case(&self.settings.path)
    }

    /// Answers a request.
    pub async fn answer(&self, request: HttpRequest, payload: Payload) -> HttpResponse {
        match *request.method() {
            Method::POST => self.call(&request, payload).await,
            Method::GET | Method::HEAD => holding(self.document(&request), payload),
            _ => {
                let allow = (ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
                let refusal = HttpResponse::MethodNotAllowed()
                    .insert_header(allow)
                    .finish();
                holding(refusal, payload)
            }
        }
    }

    async fn call(&self, request: &HttpRequest, payload: Payload) -> HttpResponse {
        let begun = Instant::now();
        let header = |name| {
            request
                .headers()
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
        };
        let declared = header(CONTENT_LENGTH).and_then(|length| length.parse().ok());
        let mut body = Body::new(payload, declared, self.settings.body);
        let Some(_admitted) = self
            .admission
            .admit(client_address(request, &self.addresses))
        else {
            metrics::refused(Refusal::InFlight);
            let whole = body.drain().await;
            return closing_unless(whole, body, busy());
        };
        let client = client_address(request, &self.addresses);
        let connection = Connection::of(request);
        let exchange = Exchange::new(&self.engine, &self.memory, client, connection.clone());
        let head = RequestHead {
            content_type: header(CONTENT_TYPE),
            soap_action: request
                .headers()
                .get("soapaction")
                .and_then(|value| value.to_str().ok()),
        };
        let outcome = soap::handle(&exchange, head, &mut body).await;
        let whole = match &outcome.response {
            Ok(_) => body.drain().await,
            Err(error) => {
                if BodyError::of(error) == Some(BodyError::TooLong) {
                    // A client that sends first and listens afterwards shall see the answer; then
                    // the connection is closed, as the original service did.
                    body.drain().await;
                }
                false
            }
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
                unreadable_body(&error, version.unwrap_or_default())
            }
        };
        count(&facts, response.status(), begun);
        request.extensions_mut().insert(facts);
        closing_unless(whole, body, response)
    }
}

/// The answer to a body that could not be read.
fn unreadable_body(error: &std::io::Error, version: Version) -> HttpResponse {
    match BodyError::of(error) {
        Some(BodyError::TooLong) => {
            metrics::refused(Refusal::TooLarge);
            respond(Fault::too_long().into_response(version), None, None)
        }
        // Deviation: the original waits. The status says why the connection is closed
        // (`edge::body_time`).
        Some(BodyError::TooSlow) => {
            metrics::refused(Refusal::TooSlow);
            HttpResponse::RequestTimeout().finish()
        }
        Some(BodyError::CutShort) | None => HttpResponse::BadRequest().finish(),
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
