//! The port that speaks TLS.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    http::tls::{Acceptor, CertificateFiles, Certificates, watch},
    settings::Tls,
};

use super::{
    AppError,
    listeners::{ClientPort, open_port, take_port},
};

/// Where the port is chosen.
const SETTING: &str = "tls.listen";

/// Reads the certificate of the port that speaks TLS, if there shall be one. Blocks.
///
/// # Errors
/// If it cannot be served.
pub fn load_certificates(settings: &Tls) -> Result<Option<Certificates>, AppError> {
    let (Some(certificate), Some(key)) = (&settings.certificate, &settings.key) else {
        return Ok(None);
    };
    let files = CertificateFiles {
        certificate: certificate.clone(),
        key: key.clone(),
    };
    Ok(Some(Certificates::load(files)?))
}

/// The port, taken, and what it serves with.
pub struct TlsPort {
    port: (TcpListener, SocketAddr),
    acceptor: Acceptor,
    certificates: Arc<Certificates>,
    reload_interval: Duration,
}

impl TlsPort {
    /// Reads the certificate and takes the port, if there shall be one.
    pub fn open(settings: &Tls) -> Result<Option<Self>, AppError> {
        let Some(certificates) = load_certificates(settings)?.map(Arc::new) else {
            return Ok(None);
        };
        Ok(Some(Self {
            port: take_port(settings.listen, SETTING)?,
            acceptor: Acceptor::new(Arc::clone(&certificates), settings.handshake_timeout)?,
            certificates,
            reload_interval: settings.reload_interval,
        }))
    }

    /// Its address; the port is the one that was chosen if the settings say 0.
    pub fn address(&self) -> SocketAddr {
        self.port.1
    }

    /// Lets clients connect.
    pub fn open_port(&self) -> Result<(), AppError> {
        open_port(&self.port, SETTING)
    }

    /// What it serves with.
    pub fn certificates(&self) -> Arc<Certificates> {
        Arc::clone(&self.certificates)
    }

    /// Watches the certificate among `jobs` until `stop`, and hands over the port.
    pub fn serve(self, jobs: &mut JoinSet<()>, stop: &CancellationToken) -> ClientPort {
        jobs.spawn(watch(self.certificates, self.reload_interval, stop.clone()));
        ClientPort::tls(self.port, self.acceptor)
    }
}
