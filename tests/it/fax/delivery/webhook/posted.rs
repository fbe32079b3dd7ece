//! What is posted: parts, description, key, signature.

use chunkgate::fax::delivery::Delivery;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

use super::{
    super::support::{Portions, SMALL, attempt, documents, fax, fax_of},
    receiver::{Part, Reaction, Receiver, http},
    signed::{SECRET, hex, now, sign, verify},
    support::{Office, STORE},
};

fn hex_digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[tokio::test]
async fn a_fax_is_a_form_with_a_description_and_its_documents() {
    let office = Office::new().await;
    let attempt = attempt(42, 3);
    office.webhook().hand_over(&fax(attempt)).await.unwrap();
    let requests = office.receiver.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.line, "POST /fax HTTP/1.1");
    let key = format!("{STORE}-42.3.0");
    let host = format!("localhost:{}", office.receiver.address.port());
    for (name, value) in [
        ("host", host.as_str()),
        (
            "user-agent",
            concat!("chunkgate/", env!("CARGO_PKG_VERSION")),
        ),
        ("accept", "application/json"),
        ("connection", "close"),
        ("idempotency-key", &key),
        ("content-length", &request.body.len().to_string()),
    ] {
        assert_eq!(request.header(name), value, "{name}");
    }
    assert!(!request.headers.contains_key("transfer-encoding"));

    let bytes = documents(attempt, &SMALL);
    let part = |name: &str, file: &str, bytes: &[u8]| Part {
        name: name.to_owned(),
        file: Some(file.to_owned()),
        kind: "application/octet-stream".to_owned(),
        bytes: bytes.to_vec(),
    };
    let parts = request.parts();
    assert_eq!(
        parts[1..],
        [
            part("document1", "1.pdf", &bytes[0]),
            part("document2", "2.tif", &bytes[1])
        ]
    );
    let described = &parts[0];
    assert_eq!((&*described.name, &described.file), ("fax", &None));
    assert_eq!(described.kind, "application/json");
    let expected = json!({
        "version": 1,
        "event": "fax",
        "key": key,
        "transaction": 42,
        "parent": 42,
        "submission": 7,
        "attempt": 3,
        "retries": 3,
        "user": "anna",
        "recipient": "+4930123456",
        "contact": "Bo Berg",
        "submitted": "1970-01-01T00:00:00Z",
        "options": {
            "subject": "Offer",
            "reply_address": "",
            "sender_csid": "",
            "page_header": "",
            "job_id": "",
            "page_size": "A4",
            "orientation": "portrait",
            "resolution": "fine",
            "rendering": "black_and_white",
        },
        "documents": [
            {"part": "document1", "type": "PDF", "size": 700, "sha256": hex_digest(&bytes[0])},
            {"part": "document2", "type": "TIF", "size": 1300, "sha256": hex_digest(&bytes[1])},
        ],
    });
    let told: Value = serde_json::from_slice(&described.bytes).unwrap();
    assert_eq!(told, expected);

    let signature = request.header("chunkgate-signature");
    assert!(verify(SECRET, signature, &described.bytes, now()));
    let time = signature[2..].split_once(',').unwrap().0.parse().unwrap();
    assert!(now().abs_diff(time) < 60);
    assert_eq!(signature, sign(SECRET, time, &described.bytes));
}

#[tokio::test]
async fn a_wish_to_cancel_is_signed_json() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let attempt = attempt(42, 1);
    webhook.hand_over(&fax(attempt)).await.unwrap();
    webhook.withdraw(attempt).await.unwrap();
    let request = office.receiver.requests().remove(1);
    assert_eq!(request.line, "POST /cancel HTTP/1.1");
    assert_eq!(request.header("content-type"), "application/json");
    let key = format!("{STORE}-42.1.0");
    assert_eq!(request.header("idempotency-key"), key);
    let expected =
        json!({"version": 1, "event": "cancel", "key": key, "transaction": 42, "attempt": 1});
    let told: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(told, expected);
    let signature = request.header("chunkgate-signature");
    assert!(verify(SECRET, signature, &request.body, now()));
}

#[tokio::test]
async fn the_key_is_the_same_however_often_it_is_posted_and_whoever_posts_it() {
    let receiver = Receiver::start().await;
    let office = Office::of(receiver, |_| {}).await;
    let attempt = attempt(42, 1);
    office
        .receiver
        .react([Reaction::CutBeforeAnswer, Reaction::Say(http(503, "busy"))]);
    for _ in 0..2 {
        office.webhook().hand_over(&fax(attempt)).await.unwrap_err();
    }
    // Another gateway, whose content store has another name, goes on with the same rows.
    let other = office.webhook_with(|it| it.store = uuid::Uuid::from_u128(1));
    other.hand_over(&fax(attempt)).await.unwrap();
    let requests = office.receiver.requests();
    let keys: Vec<_> = requests
        .iter()
        .map(|it| it.header("idempotency-key"))
        .collect();
    assert_eq!(keys, vec![format!("{STORE}-42.1.0"); 3]);
    assert_eq!(office.receiver.faxes().len(), 1);
    let descriptions: Vec<_> = requests.iter().map(|it| it.parts().remove(0)).collect();
    assert!(descriptions.windows(2).all(|pair| pair[0] == pair[1]));
}

/// Content that is whole when it is read first, and not after that.
struct Fickle {
    good: Portions,
    bad: Portions,
    opened: std::sync::atomic::AtomicUsize,
}

impl chunkgate::fax::delivery::Content for Fickle {
    fn open(
        &self,
    ) -> futures_util::stream::BoxStream<
        'static,
        Result<bytes::Bytes, chunkgate::engine::UploadError>,
    > {
        let opened = self
            .opened
            .fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        if opened == 0 {
            self.good.open()
        } else {
            self.bad.open()
        }
    }
}

#[tokio::test]
async fn content_that_changes_meanwhile_never_arrives_whole() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let attempt = attempt(42, 1);
    let whole = documents(attempt, &[300_000, 300_000]).concat();
    let mut changed = whole.clone();
    changed[599_999] ^= 1;
    let portions = |bytes: &[u8], fails| Portions {
        bytes: bytes.to_vec().into(),
        portion: 5000,
        fails,
    };
    let bad = [
        portions(&changed, false),
        portions(&whole, true),
        portions(&whole[..599_999], false),
        portions(&[&whole[..], b"x"].concat(), false),
        portions(&[], true),
    ];
    for bad in bad {
        let mut fickle = fax_of(attempt, &[300_000, 300_000]);
        fickle.content = Arc::new(Fickle {
            good: portions(&whole, false),
            bad,
            opened: 0.into(),
        });
        let error = webhook.hand_over(&fickle).await.unwrap_err();
        let content = matches!(error, chunkgate::fax::delivery::DeliveryError::Content(_));
        assert!(content, "{error}");
        assert_eq!(office.receiver.requests().len(), 0);
        assert_eq!(office.phase(attempt).await, "offered");
    }
    webhook
        .hand_over(&fax_of(attempt, &[300_000, 300_000]))
        .await
        .unwrap();
    assert_eq!(office.receiver.faxes().len(), 1);
}

#[tokio::test]
async fn another_fax_of_the_same_number_has_another_key() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let mut keys = std::collections::BTreeSet::new();
    for seconds in [0, 1] {
        // As in a database that was set back to an older copy.
        webhook.forget(attempt(42, 1)).await.unwrap();
        let mut fax = fax(attempt(42, 1));
        fax.item.created_at += time::Duration::seconds(seconds);
        webhook.hand_over(&fax).await.unwrap();
        let request = office.receiver.requests().pop().unwrap();
        keys.insert(request.header("idempotency-key").to_owned());
    }
    assert_eq!(keys.len(), 2);
    assert_eq!(office.receiver.faxes().len(), 2);
}
