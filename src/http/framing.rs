//! Requests whose end the server and a proxy in front of it could see in different places.

use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{ConnectionType, header::UPGRADE},
    middleware::Next,
};

/// Refuses a request that asks for a WebSocket; a middleware.
///
/// The server takes everything that follows on the connection for its body, even if it has a
/// `Content-Length`. A proxy that goes by the length would send the requests of others into it.
/// Other upgrades are ignored, as HTTP allows, but the connection ends with the answer: Java's own
/// client offers one with its first request. What else is ambiguous, the server refuses by itself
/// (`edge::heads`).
///
/// # Errors
/// Those of the service it wraps.
pub async fn refuse_ambiguous<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let asks_for_web_socket = request.headers().get_all(UPGRADE).any(|protocol| {
        let protocol = protocol.as_bytes().trim_ascii();
        protocol.eq_ignore_ascii_case(b"websocket")
    });
    if asks_for_web_socket {
        let mut refusal = HttpResponse::BadRequest().finish();
        refusal
            .head_mut()
            .set_connection_type(ConnectionType::Close);
        return Ok(request.into_response(refusal));
    }
    let upgrade = request.head().connection_type() == ConnectionType::Upgrade;
    let mut response = next.call(request).await?;
    if upgrade {
        // The server would answer that it upgrades, too.
        let head = response.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
    Ok(response.map_into_boxed_body())
}
