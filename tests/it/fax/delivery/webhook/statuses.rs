//! `/webhook/status`: what the service says by itself, and what it is told.

use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{
    gateways::{gateway, post, post_signed, received, tell},
    receiver::Receiver,
    signed::{SECRET, now, sign},
};
use crate::{
    fax::support::{has_status, number, run},
    support::{eventually::until, gateway::Gateway},
};

async fn phase(gateway: &Gateway) -> String {
    let sql = gateway.database.connect().await;
    let row = sql.query_opt("SELECT phase FROM fax_attempt", &[]).await;
    row.unwrap()
        .map_or_else(|| "none".to_owned(), |row| row.get(0))
}

/// Lets nothing be collected any more.
async fn hold(gateway: &Gateway) {
    run(
        gateway,
        "CREATE FUNCTION held() RETURNS trigger AS $$ BEGIN RETURN NULL; END $$ LANGUAGE plpgsql;
         CREATE TRIGGER held BEFORE DELETE ON fax_attempt FOR EACH ROW EXECUTE FUNCTION held();
         CREATE TRIGGER held BEFORE DELETE ON fax_outbox FOR EACH ROW EXECUTE FUNCTION held()",
    )
    .await;
}

#[tokio::test]
async fn an_end_is_written_down_once_and_told_as_often_as_one_likes() {
    let receiver = Receiver::start().await;
    let gateway = gateway(&receiver).await;
    let (_, key, _) = received(&gateway, &receiver, "text").await;
    hold(&gateway).await;
    let admin = gateway.admin_address;
    let sent = json!({"status": "sent", "pages": 2});
    for _ in 0..3 {
        let (status, body) = tell(admin, &key, sent.clone()).await;
        assert_eq!((status, body), (200, json!({"status": "ok"})));
        assert_eq!(phase(&gateway).await, "ended");
    }
    // An older message that was overtaken.
    let accepted = json!({"status": "accepted", "text": "dialling"});
    assert_eq!(tell(admin, &key, accepted).await.0, 200);
    let others = [
        json!({"status": "sent", "pages": 3}),
        json!({"status": "failed", "code": 1}),
        json!({"status": "cancelled"}),
    ];
    for other in others {
        let (status, body) = tell(admin, &key, other).await;
        assert_eq!(status, 409);
        assert_eq!(body["text"], "another end of the fax is written down");
    }
    let kept = "SELECT pages::bigint FROM fax_attempt WHERE phase = 'ended' AND code = 0";
    assert_eq!(number(&gateway, kept).await, 2);
    gateway.stop().await;
}

#[tokio::test]
async fn it_says_how_far_the_fax_is() {
    let receiver = Receiver::start().await;
    let gateway = gateway(&receiver).await;
    let (_, key, _) = received(&gateway, &receiver, "text").await;
    for text in ["dialling", "dialling", "page 1"] {
        let status = json!({"status": "accepted", "text": text});
        assert_eq!(tell(gateway.admin_address, &key, status).await.0, 200);
        let sql = gateway.database.connect().await;
        let row = sql
            .query_one("SELECT phase, progress FROM fax_attempt", &[])
            .await
            .unwrap();
        assert_eq!(row.get::<_, &str>(0), "taken");
        assert_eq!(row.get::<_, &str>(1), text);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_withdrawn_fax_was_not_sent() {
    let receiver = Receiver::start().await;
    let gateway = gateway(&receiver).await;
    let (_, key, _) = received(&gateway, &receiver, "text").await;
    hold(&gateway).await;
    let withdrawn = "UPDATE fax_attempt SET phase = 'withdrawn', version = version + 1";
    run(&gateway, withdrawn).await;
    let admin = gateway.admin_address;
    for status in ["accepted", "sent", "failed"] {
        let (status, body) = tell(admin, &key, json!({"status": status})).await;
        assert_eq!(status, 409);
        assert_eq!(body["text"], "the fax was withdrawn");
    }
    assert_eq!(
        tell(admin, &key, json!({"status": "cancelled"})).await.0,
        200
    );
    assert_eq!(phase(&gateway).await, "withdrawn");
    gateway.stop().await;
}

#[tokio::test]
async fn what_is_not_signed_changes_nothing_and_says_what_is_wrong() {
    let receiver = Receiver::start().await;
    let gateway = gateway(&receiver).await;
    let (_, key, _) = received(&gateway, &receiver, "text").await;
    let admin = gateway.admin_address;
    let message = json!({"key": key, "status": "sent"}).to_string();
    let message = message.as_bytes();
    let good = sign(SECRET, now(), message);
    let flipped = if good.ends_with('0') { '1' } else { '0' };
    let flipped = format!("{}{flipped}", &good[..good.len() - 1]);
    let cases = [
        (None, "is missing"),
        (Some(String::new()), "is malformed"),
        (Some("t=1".to_owned()), "is malformed"),
        (Some(good.replace("v1", "v0")), "is malformed"),
        (
            Some(sign(SECRET, now() - 400, message)),
            "the gateway's clock says",
        ),
        (
            Some(sign(SECRET, now() + 400, message)),
            "the gateway's clock says",
        ),
        (Some(sign("another secret", now(), message)), "is wrong"),
        (Some(sign(SECRET, now(), b"another message")), "is wrong"),
        (Some(flipped), "is wrong"),
    ];
    for (signature, why) in cases {
        let header = signature.map_or(String::new(), |it| format!("Chunkgate-Signature: {it}\r\n"));
        let (status, body) = post(admin, &header, message).await;
        assert_eq!(status, 401, "{header}");
        let text = body["text"].as_str().unwrap();
        assert!(text.contains(why), "{text}");
        assert_ne!(phase(&gateway).await, "ended");
    }
    for ahead in [-250, 250] {
        let time = now().checked_add_signed(ahead).unwrap();
        let header = format!("Chunkgate-Signature: {}\r\n", sign(SECRET, time, message));
        assert_eq!(post(admin, &header, message).await.0, 200);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn what_is_not_understood_names_the_field() {
    let receiver = Receiver::start().await;
    let gateway = gateway(&receiver).await;
    let (id, key, _) = received(&gateway, &receiver, "text").await;
    let admin = gateway.admin_address;
    let cases = [
        (String::new(), "JSON"),
        ("{".to_owned(), "JSON"),
        ("[]".to_owned(), "JSON"),
        (r#"{"status":"sent"}"#.to_owned(), "`key`"),
        (r#"{"key":7,"status":"sent"}"#.to_owned(), "`key`"),
        (
            format!(r#"{{"key":"{}","status":"sent"}}"#, "x".repeat(101)),
            "`key`",
        ),
        (json!({"key": key}).to_string(), "`status`"),
        (
            json!({"key": key, "status": "done"}).to_string(),
            "`status`",
        ),
        (
            json!({"key": key, "status": ["sent"]}).to_string(),
            "`status`",
        ),
        (
            json!({"key": key, "status": "sent", "pages": -1}).to_string(),
            "`pages`",
        ),
        (
            json!({"key": key, "status": "sent", "duration": "1"}).to_string(),
            "`duration`",
        ),
        (
            json!({"key": key, "status": "failed", "code": 0}).to_string(),
            "`code`",
        ),
        (
            json!({"key": key, "status": "failed", "final": 1}).to_string(),
            "`final`",
        ),
        (
            json!({"key": key, "status": "failed", "text": 1}).to_string(),
            "`text`",
        ),
    ];
    for (message, field) in cases {
        let (status, body) = post_signed(admin, message.as_bytes()).await;
        assert_eq!(status, 400, "{message}");
        let text = body["text"].as_str().unwrap();
        assert!(text.contains(field), "{text}");
    }
    let long = json!({"key": key, "status": "sent", "text": "x".repeat(64 << 10)});
    let (status, _) = post_signed(admin, long.to_string().as_bytes()).await;
    assert_eq!(status, 413);
    let (store, submitted) = (&key[..37], key.rsplit_once('.').unwrap().1);
    let unknown = [
        "x".to_owned(),
        String::new(),
        format!("{store}{id}.1"),
        format!("{store}{id}.1.1"),
        format!("{store}{id}.2.{submitted}"),
        format!("{store}{}.1.{submitted}", id + 1),
        format!("{store}0{id}.1.{submitted}"),
        key.to_uppercase(),
        format!("00000000-0000-0000-0000-000000000001-{id}.1.{submitted}"),
    ];
    for key in unknown {
        let (status, body) = tell(admin, &key, json!({"status": "sent"})).await;
        assert_eq!(status, 404, "{key}");
        assert!(body["text"].is_string());
    }
    assert_ne!(phase(&gateway).await, "ended");
    gateway.stop().await;
}

#[tokio::test]
async fn what_was_forgotten_is_unknown() {
    let receiver = Receiver::start().await;
    let gateway = gateway(&receiver).await;
    let (id, key, _) = received(&gateway, &receiver, "text").await;
    let sent = json!({"status": "sent"});
    tell(gateway.admin_address, &key, sent.clone()).await;
    has_status(&mut gateway.client(), id, 0).await;
    until("end", async || phase(&gateway).await == "none").await;
    let (status, _) = tell(gateway.admin_address, &key, sent).await;
    assert_eq!(status, 404);
    gateway.stop().await;
}

#[tokio::test]
async fn without_a_webhook_nobody_listens() {
    let gateway = crate::fax::support::gateway().await;
    let (status, body) = post_signed(gateway.admin_address, b"{}").await;
    assert_eq!(status, 503);
    let text = "webhook.url is not set at this gateway: send it again later";
    let expected: Value = json!({"status": "error", "text": text});
    assert_eq!(body, expected);
    gateway.stop().await;
}

#[tokio::test]
async fn a_database_that_is_away_is_no_reason_to_give_up() {
    let receiver = Receiver::start().await;
    let gateway = gateway(&receiver).await;
    let (id, key, _) = received(&gateway, &receiver, "text").await;
    let outage = crate::support::outage::Outage::of(&gateway.database).await;
    let sent = json!({"status": "sent"});
    let (status, _) = tell(gateway.admin_address, &key, sent.clone()).await;
    assert_eq!(status, 503);
    outage.end().await;
    until("database", async || {
        let (status, _) = tell(gateway.admin_address, &key, sent.clone()).await;
        [200, 404].contains(&status)
    })
    .await;
    has_status(&mut gateway.client(), id, 0).await;
    gateway.stop().await;
}

#[tokio::test]
async fn whoever_sends_slowly_takes_no_more_than_so_many_turns() {
    let receiver = Receiver::start().await;
    let gateway = gateway(&receiver).await;
    let (id, key, _) = received(&gateway, &receiver, "text").await;
    let admin = gateway.admin_address;
    let mut slow = Vec::new();
    let mut told = 0;
    // As many as it takes: a turn may have been somebody else's when they came.
    while told != 503 {
        assert!(slow.len() < 200, "there is always a turn");
        for _ in 0..64 {
            let mut stream = TcpStream::connect(admin).await.unwrap();
            // What has no signature is not waited for; this may be one.
            let signed = format!("t={},v1={}", now(), "0".repeat(64));
            let head = format!(
                "POST /webhook/status HTTP/1.1\r\nHost: localhost\r\nChunkgate-Signature: {signed}\r\n\
                 Content-Length: 9\r\n\r\n{{"
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            slow.push(stream);
        }
        told = tell(admin, &key, json!({"status": "accepted"})).await.0;
    }
    drop(slow);
    let sent = json!({"status": "sent"});
    until("a turn", async || {
        [200, 404].contains(&tell(admin, &key, sent.clone()).await.0)
    })
    .await;
    has_status(&mut gateway.client(), id, 0).await;
    gateway.stop().await;
}
