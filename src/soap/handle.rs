//! From a request to its answer.

use std::io;

use tokio::io::AsyncBufRead;

use super::{
    Parameters, ReadError, Response, Service, Version,
    content_type::ContentType,
    envelope,
    routing::{Route, Routing},
    service::run,
};
use crate::xml::{Charset, Reader, UnsupportedCharset, Utf8};

/// The part of the HTTP header that SOAP looks at, as it came.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// `SOAPAction`, quotes included.
    pub soap_action: Option<&'a str>,
}

impl RequestHead<'_> {
    /// The charset of the content type, if it has one.
    fn charset(&self) -> Result<Option<Charset>, UnsupportedCharset> {
        let content_type = self.content_type.map(ContentType::parse);
        match content_type.as_ref().and_then(|it| it.parameter("charset")) {
            Some(name) => Charset::named(name),
            None => Ok(None),
        }
    }
}

/// What became of a request.
#[derive(Debug)]
pub struct Outcome {
    /// The answer; or the error of the body's reader, which the edge that made the reader knows
    /// how to answer (with [`Fault::too_long`](super::Fault::too_long), for one).
    pub response: Result<Response, io::Error>,
    /// The version of the envelope, or the one that the content type promises if the envelope was
    /// not reached; faults of the edge go out in it.
    pub version: Option<Version>,
    /// The operation that was asked for, if that was reached.
    pub operation: Option<&'static str>,
    /// Why the operation did not run, for the log; never for the client.
    pub refusal: Option<String>,
}

/// Serves one request over POST.
///
/// `body` gives the envelope in any encoding that [`xml::Utf8`](Utf8) reads; what undoes a
/// `Content-Encoding` wraps the reader before it comes here. Pass `&mut` to keep the reader: it is
/// read to its end only if the operation runs.
pub async fn handle<S: Service, R: AsyncBufRead + Unpin>(
    service: &S,
    head: RequestHead<'_>,
    body: R,
) -> Outcome {
    let mut exchange = Exchange {
        version: None,
        operation: None,
    };
    let result = exchange.answer(service, head, body).await;
    let refusal = result.as_ref().err().map(ReadError::for_log);
    let version = exchange.version.unwrap_or_default();
    let response = result.or_else(|error| error.into_answer(|fault| fault.into_response(version)));
    Outcome {
        response,
        version: exchange.version,
        operation: exchange.operation,
        refusal,
    }
}

/// What is known of a request so far.
struct Exchange {
    version: Option<Version>,
    operation: Option<&'static str>,
}

impl Exchange {
    async fn answer<S: Service, R: AsyncBufRead + Unpin>(
        &mut self,
        service: &S,
        head: RequestHead<'_>,
        body: R,
    ) -> Result<Response, ReadError> {
        let contract = service.contract();
        let namespace = contract.namespace;
        let routing = Routing::of(&head).ok_or(ReadError::Unsupported(
            "a content type that is neither text/xml nor application/soap+xml",
        ))?;
        self.version = routing.promised_version();

        let charset = head
            .charset()
            .map_err(|_| ReadError::Unsupported("the charset of the content type"))?;
        let mut reader = Reader::new(Utf8::new(body, charset));
        let version = *self.version.insert(envelope::open(&mut reader).await?);
        if !routing.admits(version) {
            return Err(ReadError::Unsupported(
                "a SOAP 1.1 envelope as application/soap+xml",
            ));
        }
        let route = routing.route(contract)?;
        let element = envelope::enter_body(&mut reader, version).await?;
        let operation = match route {
            Route::Operation(operation) => operation,
            Route::ByElement => routing.route_by_element(element.as_ref(), contract)?,
        };
        self.operation = Some(operation.name);

        let mut parameters = match element {
            Some(element) if element.is(namespace, operation.name) => {
                Parameters::inside(&mut reader, namespace)
            }
            Some(_) | None => Parameters::missing(&mut reader, namespace),
        };
        let call = service.read(operation, &mut parameters).await?;
        parameters.finish().await?;
        reader.finish().await?;

        Ok(match run(service, operation, call).await {
            Ok(reply) => reply.into_response(version, namespace),
            Err(fault) => fault.into_response(version),
        })
    }
}
