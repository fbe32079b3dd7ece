//! A document from its upload to a fax that the service has sent, failed or cancelled.

use serde_json::json;

use super::{
    gateways::{changed_gateway, gateway, received, tell},
    receiver::{Reaction, Receiver, http},
};
use crate::fax::support::{fax, has_status, result, send, status};

#[tokio::test]
async fn a_fax_is_posted_and_sent() {
    let receiver = Receiver::start().await;
    let gateway = gateway(&receiver).await;
    let mut client = gateway.client();
    let (id, key, held) = received(&gateway, &receiver, "Hello, world").await;
    assert_eq!(held.documents, [&b"Hello, world"[..]]);
    assert_eq!(status(&mut client, id).await, -3);
    let admin = gateway.admin_address;
    let progress = json!({"status": "accepted", "text": "dialling"});
    assert_eq!(tell(admin, &key, progress).await.0, 200);
    let sent = json!({"status": "sent", "pages": 2, "duration": 48, "remote_csid": "+1 212"});
    assert_eq!(tell(admin, &key, sent).await.0, 200);
    has_status(&mut client, id, 0).await;
    let told = fax(&mut client, id).await;
    assert_eq!(told.number("PagesSent"), 2);
    assert_eq!(told.number("Duration"), 48);
    assert_eq!(told.text("RemoteCSID"), "+1 212");
    assert_eq!(receiver.requests().len(), 1);
    gateway.stop().await;
}

#[tokio::test]
async fn a_fax_that_failed_is_posted_again_under_another_key() {
    let receiver = Receiver::start().await;
    let gateway = gateway(&receiver).await;
    let mut client = gateway.client();
    let busy = json!({"status": "failed", "code": 6017, "text": "Busy"});
    receiver.say_at_once(busy);
    let id = send(&mut client, "text").await;
    // Three retries are the default.
    has_status(&mut client, id, 6017).await;
    let keys: Vec<_> = receiver.faxes().into_keys().collect();
    assert_eq!(keys.len(), 4);
    for (key, attempt) in keys.iter().zip(1..) {
        assert!(key.contains(&format!("-{id}.{attempt}.")), "{key}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_final_failure_is_one() {
    let receiver = Receiver::start().await;
    let gateway = gateway(&receiver).await;
    let mut client = gateway.client();
    receiver.say_at_once(json!({"status": "failed", "code": 9, "final": true}));
    let id = send(&mut client, "text").await;
    has_status(&mut client, id, 9).await;
    assert_eq!(receiver.faxes().len(), 1);
    gateway.stop().await;
}

#[tokio::test]
async fn a_fax_is_cancelled_while_the_service_has_it() {
    let receiver = Receiver::start().await;
    let gateway = gateway(&receiver).await;
    let mut client = gateway.client();
    let (id, key, held) = received(&gateway, &receiver, "text").await;
    let number = id.to_string();
    result(&mut client, "CancelFax", &[("TransactionID", &number)]).await;
    crate::support::eventually::until("end", async || status(&mut client, id).await > 0).await;
    assert!(
        receiver.begin(held.attempt).is_none(),
        "sent although cancelled"
    );
    let (told, _) = tell(gateway.admin_address, &key, json!({"status": "sent"})).await;
    // It is withdrawn, or forgotten by now.
    assert!([404, 409].contains(&told), "{told}");
    assert!(status(&mut client, id).await > 0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_refused_fax_is_a_dead_letter() {
    let receiver = Receiver::start().await;
    let gateway = gateway(&receiver).await;
    let mut client = gateway.client();
    receiver.react([Reaction::Say(http(422, "no such country"))]);
    let id = send(&mut client, "text").await;
    has_status(&mut client, id, 900_004).await;
    let sql = gateway.database.connect().await;
    let row = sql
        .query_one(
            "SELECT dead_letter, status_text FROM fax_transaction WHERE id = $1",
            &[&i32::try_from(id).unwrap()],
        )
        .await
        .unwrap();
    assert!(row.get::<_, bool>(0));
    assert!(row.get::<_, String>(1).ends_with("422: no such country"));
    gateway.stop().await;
}

#[tokio::test]
async fn a_service_that_is_away_for_too_long_makes_dead_letters_that_it_never_sees() {
    let receiver = Receiver::start().await;
    receiver.stop().await;
    let gateway = changed_gateway(&receiver, |settings| {
        settings.fax.give_up_after = std::time::Duration::from_millis(500);
    })
    .await;
    let mut client = gateway.client();
    let id = send(&mut client, "text").await;
    has_status(&mut client, id, 1).await;
    receiver.restart();
    assert_eq!(receiver.faxes().len(), 0);
    gateway.stop().await;
}
