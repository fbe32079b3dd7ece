//! Where faxes may be posted to: which addresses, whatever a name says.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chunkgate::fax::delivery::{
    Delivery,
    webhook::{Resolver, Webhook},
};

use super::{
    super::support::{attempt, fax},
    receiver::Receiver,
    support::{Office, settings},
};

/// Answers one thing after another, and the last one from then on.
struct Fickle {
    answers: Vec<Vec<SocketAddr>>,
    asked: AtomicUsize,
}

#[async_trait]
impl Resolver for Fickle {
    async fn resolve(&self, host: &str, _port: u16) -> io::Result<Vec<SocketAddr>> {
        assert_eq!(host, "fax.example");
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.answers[asked.min(self.answers.len() - 1)].clone())
    }
}

fn at(address: &str, port: u16) -> SocketAddr {
    SocketAddr::new(address.parse().unwrap(), port)
}

/// What a delivery to `url` says when it is asked for a fax.
async fn refusal(office: &Office, url: &str, allow_private: bool) -> String {
    let webhook = office.webhook_with(|it| {
        url.clone_into(&mut it.url);
        it.allow_private = allow_private;
        it.connect_timeout = Duration::from_millis(500);
    });
    let error = webhook.hand_over(&fax(attempt(42, 1))).await.unwrap_err();
    let probed = webhook.probe().await.unwrap_err();
    assert_eq!(error.to_string(), probed.to_string());
    error.to_string()
}

#[tokio::test]
async fn private_addresses_are_refused_unless_they_are_allowed() {
    let office = Office::new().await;
    let port = office.receiver.address.port();
    let hosts = [
        "127.0.0.1",
        "localhost",
        // As the C library reads addresses.
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "[fd00::1]",
        "[fe80::1]",
        "[64:ff9b::a00:1]",
        "[2002:a00:1::]",
    ];
    for host in hosts {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{port}/fax");
            let why = refusal(&office, &url, false).await;
            assert!(why.contains("webhook.allow_private"), "{url}: {why}");
        }
    }
    assert_eq!(office.receiver.connections(), 0);
    office
        .webhook()
        .hand_over(&fax(attempt(42, 1)))
        .await
        .unwrap();
}

#[tokio::test]
async fn without_tls_nothing_is_said_to_a_public_address() {
    let office = Office::new().await;
    for host in ["1.1.1.1", "[2606:4700::1]", "[::ffff:1.1.1.1]"] {
        let why = refusal(&office, &format!("http://{host}/fax"), true).await;
        assert!(why.contains("use https://"), "{host}: {why}");
    }
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_believed_once() {
    let office = Office::new().await;
    let port = office.receiver.address.port();
    let private = vec![at("127.0.0.1", port)];
    // Whoever answers there, or nobody, is not the receiver.
    let public = vec![at("1.1.1.1", 9)];
    let resolver = Arc::new(Fickle {
        answers: vec![public, private],
        asked: 0.into(),
    });
    let mut settings = settings(&office.receiver);
    settings.url = format!("https://fax.example:{port}/fax");
    settings.allow_private = false;
    settings.connect_timeout = Duration::from_millis(300);
    let ledger = Arc::clone(&office.rows.ledger);
    let resolving = Arc::clone(&resolver);
    let webhook = Webhook::open_with(settings, ledger, resolving).unwrap();
    for asked in 1..=3 {
        webhook.hand_over(&fax(attempt(42, 1))).await.unwrap_err();
        assert_eq!(resolver.asked.load(Ordering::SeqCst), asked);
    }
    assert_eq!(office.receiver.connections(), 0);
}

#[tokio::test]
async fn of_several_addresses_only_those_that_are_allowed_are_tried() {
    let receiver = Receiver::start().await;
    let office = Office::of(receiver, |_| {}).await;
    let port = office.receiver.address.port();
    let mut settings = settings(&office.receiver);
    settings.url = format!("http://fax.example:{port}/fax");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = nobody.local_addr().unwrap();
    drop(nobody);
    let resolver = Fickle {
        answers: vec![vec![at("1.1.1.1", port), closed, at("127.0.0.1", port)]],
        asked: 0.into(),
    };
    let ledger = Arc::clone(&office.rows.ledger);
    let webhook = Webhook::open_with(settings, ledger, Arc::new(resolver)).unwrap();
    webhook.hand_over(&fax(attempt(42, 1))).await.unwrap();
    assert_eq!(office.receiver.faxes().len(), 1);
}

#[tokio::test]
async fn a_name_that_is_unknown_is_named() {
    let office = Office::new().await;
    let why = refusal(&office, "https://nobody.invalid/fax", false).await;
    assert!(
        why.contains("nobody.invalid is not found (webhook.url)"),
        "{why}"
    );
}
