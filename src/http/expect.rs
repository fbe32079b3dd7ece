//! Clients that send a head and ask before they send the body (`Expect: 100-continue`).

use std::net::{IpAddr, Ipv4Addr};

use actix_http::{Request, Response};
use actix_web::{
    HttpResponse,
    body::BoxBody,
    http::{
        ConnectionType, Method,
        header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName},
    },
};
use tracing::info;

use super::{Admission, ClientAddresses, busy, respond};
use crate::{
    soap::{self, Fault, FormError, Version},
    telemetry::metrics::{self, Refusal},
};

/// Decides whether a client is asked for its body.
///
/// Expectations other than 100-continue are ignored, as HTTP allows.
#[derive(Clone)]
pub struct Expectations {
    admission: Admission,
    addresses: ClientAddresses,
    max_body: u64,
}

impl Expectations {
    /// Nobody is asked for a body longer than `max_body` bytes, or for a request that is not
    /// admitted.
    pub fn new(admission: Admission, addresses: ClientAddresses, max_body: u64) -> Self {
        Self {
            admission,
            addresses,
            max_body,
        }
    }

    /// The request, which is served and whose client is asked for the body.
    ///
    /// # Errors
    /// The answer to a client that need not send the body: the original service's fault if it is
    /// too long, 503 if there is too much to do.
    pub fn meet(&self, request: Request) -> Result<Request, Response<BoxBody>> {
        if request.method() != Method::POST {
            return Ok(request);
        }
        let client = self.client(&request);
        let length = header(&request, CONTENT_LENGTH).and_then(|length| length.parse().ok());
        let too_long = length
            .filter(|&length: &u64| length > self.max_body)
            .and_then(|_| too_long(header(&request, CONTENT_TYPE).unwrap_or_default()));
        let refusal = if let Some(too_long) = too_long {
            info!(%client, length, "a body longer than http.max_body was not asked for");
            metrics::refused(Refusal::TooLarge);
            respond(too_long, None, None)
        } else if self.admission.is_full(client) {
            metrics::refused(Refusal::InFlight);
            busy()
        } else {
            return Ok(request);
        };
        Err(closing(refusal))
    }

    fn client(&self, request: &Request) -> IpAddr {
        let peer = request.peer_addr();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        self.addresses.resolve(peer, request.head().headers())
    }
}

fn header(request: &Request, name: HeaderName) -> Option<&str> {
    request.head().headers().get(name)?.to_str().ok()
}

/// The answer to too long a body of this content type. None if it is neither of SOAP, whose version
/// has to be told by the media type, because there is no envelope yet, nor a form: those requests
/// get what they get with a body.
fn too_long(content_type: &str) -> Option<soap::Response> {
    let media_type = soap::media_type(content_type);
    if media_type == soap::FORM_MEDIA_TYPE {
        return Some(FormError::TooLong.into_response());
    }
    [Version::V11, Version::V12]
        .into_iter()
        .find(|version| soap::media_type(version.content_type()) == media_type)
        .map(|version| Fault::too_long().into_response(version))
}

/// The client may send the body all the same, so the connection cannot carry another request.
fn closing(mut answer: HttpResponse) -> Response<BoxBody> {
    answer.head_mut().set_connection_type(ConnectionType::Close);
    answer.into()
}
