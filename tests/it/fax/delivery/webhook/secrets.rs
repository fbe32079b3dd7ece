//! No log line holds the secret, a signature, a document or the query of an address.

use serde_json::json;

use super::{
    gateways::{changed_gateway, post, received, tell},
    receiver::{Reaction, Receiver, http},
    signed::{SECRET, now, sign},
};
use crate::{
    fax::support::{has_status, send},
    support::{alone::has_process_of_its_own, log::Log},
};

#[tokio::test]
async fn log_lines_hold_no_secrets() {
    if !has_process_of_its_own("fax::delivery::webhook::secrets::log_lines_hold_no_secrets") {
        return;
    }
    let kept = Log::keep();
    let receiver = Receiver::start().await;
    let gateway = changed_gateway(&receiver, |settings| {
        settings.webhook.url = Some(receiver.url("/fax?token=in-the-query"));
    })
    .await;
    receiver.react([
        Reaction::CutAtOnce,
        Reaction::Say(http(503, "")),
        Reaction::Say(
            "HTTP/1.1 302 Found\r\nLocation: /fax/?token=in-the-query\r\nContent-Length: 0\r\n\r\n"
                .to_owned(),
        ),
    ]);
    let (id, key, _) = received(&gateway, &receiver, "in-the-document").await;
    let admin = gateway.admin_address;
    let message = json!({"key": key, "status": "sent"}).to_string();
    let wrong = sign("another secret", now(), message.as_bytes());
    let header = format!("Chunkgate-Signature: {wrong}\r\n");
    assert_eq!(post(admin, &header, message.as_bytes()).await.0, 401);
    tell(admin, &key, json!({"status": "sent"})).await;
    has_status(&mut gateway.client(), id, 0).await;
    receiver.react([Reaction::Say(http(422, "no"))]);
    let refused = send(&mut gateway.client(), "in-the-document, too").await;
    has_status(&mut gateway.client(), refused, 900_004).await;
    let mut signatures: Vec<_> = receiver
        .requests()
        .iter()
        .map(|it| it.header("chunkgate-signature").to_owned())
        .collect();
    signatures.push(wrong);
    gateway.stop().await;

    let log = kept.text();
    for line in ["answered 503", "redirects", "is not believed"] {
        assert!(log.contains(line), "{line} was not logged:\n{log}");
    }
    let digests = signatures.iter().map(|it| it.split_once("v1=").unwrap().1);
    for secret in [SECRET, "in-the-query", "in-the-document"]
        .into_iter()
        .chain(digests)
    {
        assert!(!log.contains(secret), "{secret} was logged:\n{log}");
    }
}
