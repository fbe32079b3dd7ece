//! `Postpone`: not before then, if that is within 30 days; at once if it is past or missing.

use time::Duration as Span;

use super::support::{
    Call, ahead, fax, gateway, handed_over, has_status, number, spool, status, submissions,
};

const NONE: &str = "0001-01-01T00:00:00";

#[tokio::test]
async fn what_clients_send_for_now_is_now() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let at_once = [
        "2001-12-31T00:00:00-00:00",
        "2005-04-25T20:31:00-04:00",
        "2000-01-01",
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00-14:00",
    ];
    let postponed = at_once.map(|when| Call::order("text").with("Postpone", when));
    for order in postponed.into_iter().chain([Call::order("text")]) {
        for operation in ["SendfaxEx_2", "SendfaxEx"] {
            let id = order.clone().by(operation).id(&mut client).await;
            handed_over(&gateway, id, 1).await;
            let told = fax(&mut client, id).await;
            assert_eq!(told.text("PostponeTime"), NONE, "{order:?}");
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_fax_is_not_handed_over_before_its_time_and_is_after() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = Call::order("text").with("Postpone", &ahead(Span::seconds(2)));
    let id = order.id(&mut client).await;
    assert_eq!(status(&mut client, id).await, -2);
    handed_over(&gateway, id, 1).await;
    has_status(&mut client, id, -3).await;
    let early = format!(
        "SELECT count(*) FROM fax_item
         WHERE id = {id} AND handed_over_at < postponed_until"
    );
    assert_eq!(number(&gateway, &early).await, 0);
    let attempts = format!(
        "SELECT count(*) FROM fax_outbox WHERE handed_over_at IS NOT NULL AND transaction_id = {id}"
    );
    assert_eq!(number(&gateway, &attempts).await, 1);
    gateway.stop().await;
}

#[tokio::test]
async fn thirty_days_ahead_are_taken_and_more_are_114() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let order = |when: &str| Call::order("text").with("Postpone", when);
    for too_far in [
        ahead(Span::days(31)),
        ahead(Span::days(30) + Span::MINUTE),
        "9999-12-31T23:59:59-14:00".to_owned(),
    ] {
        assert_eq!(order(&too_far).result(&mut client).await, -114, "{too_far}");
    }
    assert_eq!(submissions(&gateway).await, 0);
    for span in [Span::days(29), Span::days(30) - Span::MINUTE, Span::HOUR] {
        let id = order(&ahead(span)).id(&mut client).await;
        assert_eq!(status(&mut client, id).await, -2);
        assert!(!spool(&gateway).join(format!("{id:09}.1")).exists());
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_postponed_fax_tells_its_time_in_utc() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let day = ahead(Span::days(3))[..10].to_owned();
    for (given, told) in [("06:30:00Z", "06:30:00Z"), ("06:30:00-04:00", "10:30:00Z")] {
        let order = Call::order("text").with("Postpone", &format!("{day}T{given}"));
        let id = order.id(&mut client).await;
        let fax = fax(&mut client, id).await;
        assert_eq!(fax.text("PostponeTime"), format!("{day}T{told}"));
        assert_eq!(fax.number("Status"), -2);
    }
    gateway.stop().await;
}
