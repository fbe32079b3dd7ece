//! Services that are slow or say nothing are waited for, but not for ever.

use std::time::{Duration, Instant};

use chunkgate::fax::delivery::{Delivery, DeliveryError};
use tokio::{io::AsyncWriteExt, net::TcpListener};

use super::{
    super::support::{attempt, fax, fax_of},
    receiver::{Reaction, http},
    support::Office,
};

const SHORT: Duration = Duration::from_millis(300);

fn why(error: &DeliveryError) -> String {
    assert!(matches!(error, DeliveryError::Unavailable(_)));
    error.to_string()
}

#[tokio::test]
async fn a_service_that_reads_nothing_is_given_up() {
    let office = Office::with(|it| it.answer_timeout = SHORT).await;
    let webhook = office.webhook();
    let attempt = attempt(42, 1);
    office
        .receiver
        .react([Reaction::Deaf(Duration::from_mins(1))]);
    let begun = Instant::now();
    // More than the kernel takes.
    let error = webhook.hand_over(&fax_of(attempt, &[30_000_000])).await;
    let error = why(&error.unwrap_err());
    assert!(error.contains("webhook.answer_timeout"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(office.phase(attempt).await, "submitting");
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_given_up() {
    let office = Office::with(|it| it.answer_timeout = SHORT).await;
    let webhook = office.webhook();
    let attempt = attempt(42, 1);
    office
        .receiver
        .react([Reaction::Slow(Duration::from_mins(1))]);
    let error = why(&webhook.hand_over(&fax(attempt)).await.unwrap_err());
    assert!(error.contains("webhook.answer_timeout"), "{error}");
    assert_eq!(office.phase(attempt).await, "submitting");
    webhook.hand_over(&fax(attempt)).await.unwrap();
    assert_eq!(office.receiver.faxes().len(), 1);
}

#[tokio::test]
async fn an_answer_that_stops_is_given_up() {
    let office = Office::with(|it| it.answer_timeout = SHORT).await;
    let webhook = office.webhook();
    let attempt = attempt(42, 1);
    let half = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n".to_owned();
    let body = "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{\"status\":".to_owned();
    for said in [half, body] {
        office.receiver.react([Reaction::SayAndStay(said)]);
        let error = why(&webhook.hand_over(&fax(attempt)).await.unwrap_err());
        assert!(error.contains("webhook.answer_timeout"), "{error}");
    }
}

#[tokio::test]
async fn a_slow_service_is_waited_for_as_long_as_something_moves() {
    let office = Office::with(|it| it.answer_timeout = SHORT).await;
    let webhook = office.webhook();
    let attempt = attempt(42, 1);
    office.receiver.react([Reaction::Drip(
        http(200, r#"{"status":"accepted"}"#),
        SHORT / 6,
    )]);
    let begun = Instant::now();
    webhook.hand_over(&fax(attempt)).await.unwrap();
    assert!(begun.elapsed() > 3 * SHORT);
}

#[tokio::test]
async fn a_connection_takes_so_long_and_no_longer() {
    let office = Office::with(|it| {
        it.connect_timeout = SHORT;
        // Whoever is there says nothing in TLS.
        it.url = it.url.replace("http://", "https://");
    })
    .await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let silent = tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.flush().await;
            kept.push(stream);
        }
    });
    let url = format!("https://localhost:{}/", address.port());
    let webhook = office.webhook_with(|it| it.url = url);
    let attempt = attempt(42, 1);
    let begun = Instant::now();
    let error = why(&webhook.hand_over(&fax(attempt)).await.unwrap_err());
    assert!(error.contains("webhook.connect_timeout"), "{error}");
    let error = why(&webhook.probe().await.unwrap_err());
    assert!(error.contains("webhook.connect_timeout"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(office.phase(attempt).await, "offered");
    silent.abort();
}

#[tokio::test]
async fn a_hand_over_that_is_given_up_ends_its_connection() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let attempt = attempt(42, 1);
    office.receiver.react([Reaction::Deaf(SHORT)]);
    let large = fax_of(attempt, &[30_000_000]);
    let posting = webhook.hand_over(&large);
    assert!(tokio::time::timeout(SHORT / 2, posting).await.is_err());
    // It reads only now, and finds that the request ends early.
    tokio::time::sleep(2 * SHORT).await;
    assert_eq!(office.receiver.requests().len(), 0);
    webhook.hand_over(&large).await.unwrap();
}
