//! An authority, its certificates, and clients that trust it.

use std::{fs, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use chunkgate::settings::Settings;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, ServerName},
};
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// A year or so.
pub const LONG: Duration = Duration::from_hours(365 * 24);

/// An authority, and the files of the certificate it has issued last.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    /// With a certificate for `localhost` that is valid for `life`.
    pub fn new(life: Duration) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let authority = Self {
            issuer: CertifiedIssuer::self_signed(params, key).expect("an authority"),
            folder: tempfile::tempdir().expect("a folder"),
        };
        let (certificate, key) = authority.issue(life);
        fs::write(authority.certificate(), certificate).expect("the certificate");
        fs::write(authority.key(), key).expect("the key");
        fs::write(authority.root(), authority.issuer.pem()).expect("the authority");
        authority
    }

    /// A further certificate and its key, in PEM form.
    pub fn issue(&self, life: Duration) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut params = CertificateParams::new(names).expect("names");
        params.not_after = OffsetDateTime::now_utc() + life;
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }

    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("chain.pem")
    }

    pub fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// The authority's own certificate.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Lets a gateway serve the certificate, and look often whether it was renewed.
    pub fn serve(&self, settings: &mut Settings) {
        settings.tls.certificate = Some(self.certificate());
        settings.tls.key = Some(self.key());
        settings.tls.listen = ([127, 0, 0, 1], 0).into();
        settings.tls.reload_interval = Duration::from_millis(100);
    }

    /// A connection whose handshake was done.
    pub async fn connect(&self, address: SocketAddr) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).expect("a root");
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(address).await.expect("a connection");
        let name = ServerName::try_from("localhost").expect("a name");
        TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .expect("a handshake")
    }

    /// The certificate that is served now.
    pub async fn served(&self, address: SocketAddr) -> CertificateDer<'static> {
        let stream = self.connect(address).await;
        let chain = stream.get_ref().1.peer_certificates().expect("a chain");
        chain[0].clone().into_owned()
    }
}

/// The first certificate in PEM text.
pub fn first(pem: &str) -> CertificateDer<'static> {
    use rustls::pki_types::pem::PemObject;
    CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate")
}

/// Sends bytes to the last one: what is written may otherwise wait in the records' buffer.
pub async fn send(stream: &mut TlsStream<TcpStream>, bytes: &[u8]) {
    stream.write_all(bytes).await.expect("the gateway reads");
    stream.flush().await.expect("the gateway reads");
}
