//! Connections to the service, to no address that was not checked.
//!
//! A name is resolved once for each connection, and what it stands for is what is connected to:
//! a name that changes its mind in between changes nothing.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::{Instant, timeout_at},
};
use tokio_rustls::TlsConnector;

use super::{addresses::is_public, target::Target};

/// How much of a fax the kernel takes before it can send it, so that what it takes tells how fast
/// the service is.
const UNSENT: u32 = 128 << 10;

/// Finds the addresses of a host.
#[async_trait]
pub trait Resolver: Send + Sync + 'static {
    /// All of them, the best first.
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// The machine's way to find them.
pub struct MachineResolver;

#[async_trait]
impl Resolver for MachineResolver {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(lookup_host((host, port)).await?.collect())
    }
}

/// A connection, inside TLS or not.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Connection for S {}

/// Makes connections.
pub(super) struct Connector {
    pub resolver: Arc<dyn Resolver>,
    pub tls: Arc<ClientConfig>,
    pub allow_private: bool,
    pub within: Duration,
}

impl Connector {
    /// A connection to a target; what is wrong if there is none.
    pub async fn connect(&self, target: &Target) -> Result<Box<dyn Connection>, String> {
        let deadline = Instant::now() + self.within;
        let connecting = self.connect_until(target, deadline);
        timeout_at(deadline, connecting).await.unwrap_or_else(|_| {
            let within = humantime::format_duration(self.within);
            Err(format!(
                "{} could not be connected to within {within} (webhook.connect_timeout)",
                target.authority
            ))
        })
    }

    async fn connect_until(
        &self,
        target: &Target,
        deadline: Instant,
    ) -> Result<Box<dyn Connection>, String> {
        let addresses = self.addresses(target).await?;
        let stream = first_that_answers(target, &addresses, deadline).await?;
        // Without them faxes are sent no worse.
        let _best_effort = stream.set_nodelay(true);
        let _best_effort = SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT);
        if !target.tls {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(target.host.clone())
            .map_err(|_| format!("{} is no name for TLS ({})", target.host, target.setting))?;
        let shaken = TlsConnector::from(Arc::clone(&self.tls))
            .connect(name, stream)
            .await;
        let stream = shaken.map_err(|error| {
            format!(
                "no TLS connection to {} came about: {error}; its certificate must be valid, for this name, and from \
                 an authority of the machine or of webhook.tls_ca",
                target.authority
            )
        })?;
        Ok(Box::new(stream))
    }

    /// Where the target may be connected to.
    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, String> {
        let Target {
            host,
            port,
            setting,
            ..
        } = target;
        let found = match host.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, *port)],
            Err(_name) => {
                let found = self.resolver.resolve(host, *port).await;
                found.map_err(|error| format!("{host} is not found ({setting}): {error}"))?
            }
        };
        let Some(first) = found.first().map(SocketAddr::ip) else {
            return Err(format!("{host} has no address ({setting})"));
        };
        let allowed = |it: &SocketAddr| {
            if is_public(it.ip()) {
                target.tls
            } else {
                self.allow_private
            }
        };
        let allowed: Vec<_> = found.into_iter().filter(allowed).collect();
        if !allowed.is_empty() {
            Ok(allowed)
        } else if self.allow_private {
            Err(format!(
                "{host} is at {first}, which is no address of a private network: use https:// there ({setting})"
            ))
        } else {
            Err(format!(
                "{host} is at {first}, an address of a private or special network, and {setting} may lead there only \
                 if webhook.allow_private is true"
            ))
        }
    }
}

/// Tries the addresses one after another, each for its share of the time.
async fn first_that_answers(
    target: &Target,
    addresses: &[SocketAddr],
    deadline: Instant,
) -> Result<TcpStream, String> {
    let mut why = String::new();
    for (tried, address) in addresses.iter().enumerate() {
        let now = Instant::now();
        let left = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let share = deadline.saturating_duration_since(now) / left;
        why = match timeout_at(now + share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => error.to_string(),
            Err(_elapsed) => "no answer (webhook.connect_timeout)".to_owned(),
        };
    }
    Err(format!(
        "{} cannot be connected to ({}): {why}",
        target.authority, target.setting
    ))
}

/// Whom to trust: the authorities in a file, or the machine's. Blocks.
pub(super) fn tls_config(authorities: Option<&Path>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    match authorities {
        // What cannot be parsed among the machine's certificates is no business of ours.
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        Some(path) => {
            let explain = |reason: String| {
                format!(
                    "the certificate authorities in {} cannot be used (webhook.tls_ca): {reason}",
                    path.display()
                )
            };
            let found =
                CertificateDer::pem_file_iter(path).map_err(|error| explain(error.to_string()))?;
            for certificate in found {
                let certificate = certificate.map_err(|error| explain(error.to_string()))?;
                let added = roots.add(certificate);
                added.map_err(|error| explain(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(explain("there is none in it".to_owned()));
            }
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
