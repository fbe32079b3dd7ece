//! Handshakes.

use std::{io, sync::Arc, time::Duration};

use rustls::{ServerConfig, crypto::ring::default_provider};
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{Certificates, TlsError};
use crate::http::{ClientStream, part};

/// What is said to a client that speaks HTTP without TLS.
const PLAIN_HTTP: &str = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Content-Length: 48\r\nConnection: close\r\n\r\nThis port speaks HTTPS: use an https:// address\n";

/// Makes TLS connections of TCP connections: TLS 1.2 and 1.3, HTTP/1 inside.
#[derive(Clone)]
pub struct Acceptor {
    tls: TlsAcceptor,
    patience: Duration,
}

impl Acceptor {
    /// Serves `certificates`; a handshake may take as long as `patience`.
    ///
    /// # Errors
    /// If the library has no protocol in common with itself.
    pub fn new(certificates: Arc<Certificates>, patience: Duration) -> Result<Self, TlsError> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Pair)?
            .with_no_client_auth()
            .with_cert_resolver(certificates);
        config.alpn_protocols = vec![b"http/1.1".to_vec(), b"http/1.0".to_vec()];
        Ok(Self {
            tls: Arc::new(config).into(),
            patience,
        })
    }

    /// Shakes hands.
    ///
    /// # Errors
    /// If the client does not, or not in time.
    pub async fn accept(&self, stream: ClientStream) -> io::Result<TlsStream<ClientStream>> {
        timeout(self.patience, self.shake(stream)).await?
    }

    async fn shake(&self, stream: ClientStream) -> io::Result<TlsStream<ClientStream>> {
        let mut first = [0];
        stream.socket().peek(&mut first).await?;
        // Methods begin so, and no TLS record does.
        if first[0].is_ascii_uppercase() {
            part(stream, PLAIN_HTTP.as_bytes()).await?;
            return Err(io::Error::other("the client speaks HTTP without TLS"));
        }
        self.tls.accept(stream).await
    }
}

#[cfg(test)]
mod tests {
    use super::PLAIN_HTTP;

    #[test]
    fn the_length_of_the_explanation_is_right() {
        let (head, body) = PLAIN_HTTP.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
    }
}
