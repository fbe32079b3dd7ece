//! `/webhook/status`: what the service behind the delivery `webhook` says of faxes.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::{
        StatusCode,
        header::{HeaderValue, RETRY_AFTER},
    },
    web::{self, Bytes, Payload},
};
use serde_json::{Map, Value, json};
use tokio::time::timeout;
use tracing::{debug, warn};

use crate::fax::delivery::webhook::{SIGNATURE, Said, Statuses, Told};

/// No message is longer.
const LONGEST: usize = 64 << 10;
/// How long it may take to arrive.
const WITHIN: Duration = Duration::from_secs(10);
/// No key is longer.
const LONGEST_KEY: usize = 100;

/// Serves `/webhook/status`, or says why nobody does.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/webhook/status", web::post().to(status));
}

async fn status(request: HttpRequest, payload: Payload) -> HttpResponse {
    let Some(statuses) = request.app_data::<web::Data<Statuses>>() else {
        return later("webhook.url is not set at this gateway");
    };
    // Before it has a turn: who has no signature is not waited for.
    let signature = request.headers().get(SIGNATURE).map(HeaderValue::as_bytes);
    if let Err(why) = statuses.is_plausible(signature) {
        return refuse(StatusCode::UNAUTHORIZED, &why.to_string());
    }
    let Some(_turn) = statuses.turn() else {
        return later("too many messages come at the same time");
    };
    let message = match timeout(WITHIN, payload.to_bytes_limited(LONGEST)).await {
        Ok(Ok(Ok(message))) => message,
        Ok(Ok(Err(error))) => {
            return refuse(
                StatusCode::BAD_REQUEST,
                &format!("the body cannot be read: {error}"),
            );
        }
        Ok(Err(_too_long)) => {
            let why = format!("the body has more than {LONGEST} bytes");
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, &why);
        }
        Err(_elapsed) => {
            let why = format!("the body has not arrived within {} s", WITHIN.as_secs());
            return refuse(StatusCode::REQUEST_TIMEOUT, &why);
        }
    };
    if let Err(why) = statuses.verify(signature, &message) {
        // Not more than that: somebody who wants to fill the log could.
        debug!(%why, "a status of a fax is not believed");
        return refuse(StatusCode::UNAUTHORIZED, &why.to_string());
    }
    let (key, said) = match read(&message) {
        Ok(read) => read,
        Err(why) => return refuse(StatusCode::BAD_REQUEST, &why),
    };
    match statuses.told(key, said).await {
        Ok(Told::Written) => HttpResponse::Ok().json(json!({"status": "ok"})),
        Ok(Told::Unknown) => refuse(
            StatusCode::NOT_FOUND,
            "no fax under way has this key: it is unknown, or its end was written down before",
        ),
        Ok(Told::Contradiction(why)) => refuse(StatusCode::CONFLICT, why),
        Err(error) => {
            warn!(%error, "a status of a fax could not be written down");
            later("it may not have been written down")
        }
    }
}

fn later(why: &str) -> HttpResponse {
    let mut answer = HttpResponse::ServiceUnavailable();
    answer.insert_header((RETRY_AFTER, "5"));
    explain(answer, &format!("{why}: send it again later"))
}

fn read(message: &Bytes) -> Result<(String, Said), String> {
    let object: Map<String, Value> = serde_json::from_slice(message)
        .map_err(|error| format!("the body is no object of JSON: {error}"))?;
    let key = match object.get("key") {
        Some(Value::String(key)) if key.len() <= LONGEST_KEY => key.clone(),
        _ => return Err("`key` must be the key that came with the fax".to_owned()),
    };
    Ok((key, Said::of(&object)?))
}

fn refuse(status: StatusCode, why: &str) -> HttpResponse {
    explain(HttpResponse::build(status), why)
}

fn explain(mut answer: HttpResponseBuilder, why: &str) -> HttpResponse {
    answer.json(json!({"status": "error", "text": why}))
}
