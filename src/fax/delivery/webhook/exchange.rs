//! One request to the service, and its answer.

use std::{error::Error, pin::pin, time::Duration};

use bytes::Bytes;
use futures_util::future::{Either, select};
use http_body_util::{BodyExt, Limited};
use hyper::{
    Request, StatusCode,
    body::{Body, Incoming},
    client::conn::http1,
    header::{
        ACCEPT, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderValue, LOCATION, USER_AGENT,
    },
};
use hyper_util::rt::TokioIo;

use super::{
    connect::Connection,
    signature,
    silence::{Felt, Pulse},
    target::Target,
};

/// No answer is longer.
pub(super) const LONGEST: usize = 64 << 10;

/// What the service answered.
#[derive(Debug)]
pub(super) struct Reply {
    pub status: StatusCode,
    /// Whither it redirects.
    pub location: Option<String>,
    /// The body, or why it did not arrive.
    pub body: Result<Bytes, String>,
}

/// What is said of a request in its head.
pub(super) struct Head<'a> {
    pub content_type: &'a str,
    pub length: u64,
    pub key: &'a str,
    pub signature: &'a str,
}

/// A request that posts a body to a target.
pub(super) fn request<B>(target: &Target, head: &Head<'_>, body: B) -> Result<Request<B>, String> {
    Request::post(target.path.as_str())
        .header(HOST, target.authority.as_str())
        .header(USER_AGENT, concat!("chunkgate/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "application/json")
        .header(CONNECTION, "close")
        .header(CONTENT_TYPE, head.content_type)
        .header(CONTENT_LENGTH, head.length)
        .header("idempotency-key", head.key)
        .header(signature::HEADER, head.signature)
        .body(body)
        .map_err(|error| format!("{} cannot be asked: {error}", target.setting))
}

/// Sends a request, and reads the answer; what went wrong if there is none. Given up when nothing
/// moves for `longest_silence`, and when it is dropped.
pub(super) async fn exchange<B>(
    connection: Box<dyn Connection>,
    request: Request<B>,
    longest_silence: Duration,
) -> Result<Reply, String>
where
    B: Body<Data = Bytes, Error: Error + Send + Sync + 'static> + Send + 'static,
{
    let pulse = Pulse::new();
    let felt = Felt {
        stream: connection,
        pulse: pulse.clone(),
    };
    let talk = talk(felt, request);
    match select(pin!(talk), pin!(pulse.silence(longest_silence))).await {
        Either::Left((reply, _)) => reply.map_err(|error| explain(&error)),
        Either::Right(((), _)) => Err(format!(
            "nothing moved for {} (webhook.answer_timeout)",
            humantime::format_duration(longest_silence)
        )),
    }
}

async fn talk<B>(
    stream: Felt<Box<dyn Connection>>,
    request: Request<B>,
) -> Result<Reply, hyper::Error>
where
    B: Body<Data = Bytes, Error: Error + Send + Sync + 'static> + Send + 'static,
{
    let (mut sender, driver) = http1::handshake(TokioIo::new(stream)).await?;
    let asking = async move {
        let response = sender.send_request(request).await?;
        let location = response.headers().get(LOCATION);
        Ok(Reply {
            status: response.status(),
            location: location.map(readable),
            body: read(response.into_body()).await,
        })
    };
    // The connection works as long as somebody waits for the answer. When it ends, it has told
    // what there is to tell.
    match select(pin!(asking), pin!(driver)).await {
        Either::Left((reply, _driver)) => reply,
        Either::Right((_ended, asking)) => asking.await,
    }
}

async fn read(body: Incoming) -> Result<Bytes, String> {
    match Limited::new(body, LONGEST).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => match error.downcast_ref::<hyper::Error>() {
            Some(error) => Err(explain(error)),
            None => Err(format!("it has more than {LONGEST} bytes")),
        },
    }
}

fn readable(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

fn explain(error: &hyper::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
