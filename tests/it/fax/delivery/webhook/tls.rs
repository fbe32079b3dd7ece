//! TLS to the service: whom it is spoken to, and who is refused.

use std::{path::PathBuf, sync::Arc};

use chunkgate::fax::delivery::{Delivery, webhook::Webhook};
use futures_util::FutureExt;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring::default_provider,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tempfile::TempDir;
use time::{Duration as Span, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

use super::{
    super::support::{attempt, fax},
    receiver::{Reaction, Receiver, http},
    support::{Lazy, Office},
};

/// An authority and its file.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().display().to_string();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let issuer = CertifiedIssuer::self_signed(params, key).unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Serves a certificate for a name, which is valid from one day to another.
    fn acceptor(&self, name: &str, from: i64, to: i64) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = OffsetDateTime::now_utc() + Span::days(from);
        params.not_after = OffsetDateTime::now_utc() + Span::days(to);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

mod inside_tls {
    use super::*;

    fn office() -> futures_util::future::BoxFuture<'static, Office> {
        async {
            let authority = Authority::new();
            let receiver = Receiver::with(Some(authority.acceptor("localhost", -1, 1))).await;
            let office = Office::of(receiver, |it| it.tls_ca = Some(authority.file())).await;
            office.keeping(authority.folder)
        }
        .boxed()
    }

    crate::delivery_contract!(Lazy::new(
        office as fn() -> futures_util::future::BoxFuture<'static, Office>
    ));
}

#[tokio::test]
async fn only_a_certificate_that_is_valid_for_the_name_is_spoken_to() {
    let (ours, other) = (Authority::new(), Authority::new());
    let cases = [
        (ours.acceptor("localhost", -1, 1), None, "UnknownIssuer"),
        (
            ours.acceptor("localhost", -1, 1),
            Some(other.file()),
            "UnknownIssuer",
        ),
        (
            ours.acceptor("fax.example", -1, 1),
            Some(ours.file()),
            "not valid for name",
        ),
        (
            ours.acceptor("127.0.0.1", -1, 1),
            Some(ours.file()),
            "not valid for name",
        ),
        (
            ours.acceptor("localhost", -2, -1),
            Some(ours.file()),
            "expired",
        ),
        (
            ours.acceptor("localhost", 1, 2),
            Some(ours.file()),
            "not valid yet",
        ),
    ];
    for (acceptor, authority, why) in cases {
        let receiver = Receiver::with(Some(acceptor)).await;
        let office = Office::of(receiver, |it| it.tls_ca = authority).await;
        let webhook = office.webhook();
        let error = webhook.hand_over(&fax(attempt(42, 1))).await.unwrap_err();
        let error = error.to_string();
        assert!(error.contains(why), "{why}: {error}");
        assert!(error.contains("webhook.tls_ca"), "{error}");
        assert_eq!(office.phase(attempt(42, 1)).await, "offered");
        let probed = webhook.probe().await.unwrap_err().to_string();
        assert!(probed.contains(why), "{why}: {probed}");
        assert_eq!(office.receiver.requests().len(), 0);
    }
}

#[tokio::test]
async fn whoever_speaks_no_tls_is_told_nothing() {
    let office = Office::with(|it| it.url = it.url.replace("http://", "https://")).await;
    let webhook = office.webhook();
    office
        .receiver
        .react([Reaction::SayAtOnce(http(400, "no TLS here"))]);
    let error = webhook.hand_over(&fax(attempt(42, 1))).await.unwrap_err();
    assert!(error.to_string().contains("no TLS connection"), "{error}");
    assert_eq!(office.receiver.requests().len(), 0);
}

#[tokio::test]
async fn authorities_that_cannot_be_read_are_named() {
    let office = Office::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let open = || {
        let mut settings = super::support::settings(&office.receiver);
        settings.tls_ca = Some(file.clone());
        let ledger = Arc::clone(&office.rows.ledger);
        Webhook::open(settings, ledger).err().expect("a reason")
    };
    let missing = open();
    std::fs::write(&file, "no certificate").unwrap();
    let empty = open();
    for why in [missing, empty] {
        assert!(why.contains("webhook.tls_ca"), "{why}");
        assert!(why.contains("ca.pem"), "{why}");
    }
}
