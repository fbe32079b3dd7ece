//! Requests whose end the server and a proxy in front of it could see in different places.

use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        ConnectionType,
        header::{CONTENT_LENGTH, UPGRADE},
    },
    middleware::Next,
};

/// Refuses a request that has a `Content-Length` and asks for a WebSocket; a middleware.
///
/// The server takes everything that follows on the connection for its body. A proxy that goes by
/// the length would send the requests of others into it. Other upgrades are ignored, as HTTP
/// allows: Java's own client offers one with every first request. What else is ambiguous, the
/// server refuses by itself (`edge::heads`).
///
/// # Errors
/// Those of the service it wraps.
pub async fn refuse_ambiguous<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let headers = request.headers();
    let asks_for_web_socket = headers.get_all(UPGRADE).any(|protocol| {
        let protocol = protocol.as_bytes().trim_ascii();
        protocol.eq_ignore_ascii_case(b"websocket")
    });
    if asks_for_web_socket && headers.contains_key(CONTENT_LENGTH) {
        let mut refusal = HttpResponse::BadRequest().finish();
        refusal
            .head_mut()
            .set_connection_type(ConnectionType::Close);
        return Ok(request.into_response(refusal));
    }
    let response = next.call(request).await?;
    Ok(response.map_into_boxed_body())
}
