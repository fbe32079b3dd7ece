//! One log line and one set of metrics a request, without query strings and secrets.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use tracing::{debug, error, info};

use crate::engine::{Blame, session::SessionId};

/// What a front end has to say about a request, for its log line.
#[derive(Clone, Debug, Default)]
pub struct RequestFacts {
    /// The front end.
    pub protocol: &'static str,
    /// The operation, if it was recognised.
    pub operation: Option<&'static str>,
    /// The client, behind proxies.
    pub client: Option<std::net::IpAddr>,
    /// The session's number.
    pub session: Option<SessionId>,
    /// The account's name.
    pub account: Option<String>,
    /// Bytes of the body.
    pub bytes: u64,
    /// The protocol's result: 0 or more is success.
    pub result: Option<i64>,
    /// What went wrong, in the engine's or the envelope reader's words.
    pub problem: Option<String>,
    /// Who has to do something about it.
    pub blame: Option<Blame>,
}

/// Numbers requests within this process.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Writes the log line of each request; a middleware.
///
/// # Errors
/// Those of the service it wraps.
pub async fn log_requests<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let begun = Instant::now();
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    let method = request.method().clone();
    let response = next.call(request).await?;
    let duration = begun.elapsed();
    let status = response.status().as_u16();
    let facts = response
        .request()
        .extensions()
        .get::<RequestFacts>()
        .cloned();
    let Some(facts) = facts else {
        debug!(id, %method, path = response.request().path(), status, ?duration, "request");
        return Ok(response);
    };
    let RequestFacts {
        protocol,
        operation,
        client,
        session,
        account,
        bytes,
        result,
        problem,
        blame,
    } = facts;
    let client = client.map(|address| address.to_string());
    let session = session.map(|session| session.0);
    let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    match blame {
        Some(Blame::Us | Blame::Database) => error!(
            id,
            protocol,
            operation,
            session,
            account,
            client,
            bytes,
            result,
            status,
            milliseconds,
            problem,
            "request failed"
        ),
        Some(Blame::Client | Blame::Account) | None => info!(
            id,
            protocol,
            operation,
            session,
            account,
            client,
            bytes,
            result,
            status,
            milliseconds,
            problem,
            "request"
        ),
    }
    Ok(response)
}
