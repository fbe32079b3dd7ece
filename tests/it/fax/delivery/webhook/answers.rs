//! What becomes of a fax after each answer of the service.

use chunkgate::fax::delivery::{Delivery, DeliveryError, Outcome, Report};
use serde_json::json;

use super::{
    super::support::{attempt, fax},
    receiver::{Reaction, http},
    support::Office,
};

fn unavailable(answer: Result<Option<Outcome>, DeliveryError>) -> String {
    match answer {
        Err(DeliveryError::Unavailable(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_says_accepted_has_it() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let answers = [
        http(202, ""),
        http(202, " \r\n"),
        http(200, r#"{"status":"accepted"}"#),
        http(201, r#" {"status": "accepted", "text": null, "more": [1]} "#),
        http(202, r#"{"status":"accepted","text":"in the queue"}"#),
        // Without a length, until the connection ends.
        "HTTP/1.1 200 OK\r\n\r\n{\"status\":\"accepted\"}".to_owned(),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n15\r\n{\"status\":\"accepted\"}\r\n0\r\n\r\n".to_owned(),
        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n".to_owned(),
    ];
    for (transaction, answer) in (1..).zip(answers) {
        let attempt = attempt(transaction, 1);
        office.receiver.react([Reaction::Say(answer.clone())]);
        let taken = webhook.hand_over(&fax(attempt)).await;
        assert_eq!(taken.unwrap(), None, "{answer}");
        assert_eq!(office.phase(attempt).await, "taken", "{answer}");
    }
}

#[tokio::test]
async fn what_says_how_it_ended_is_believed_at_once_and_asked_no_more() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let report = Report {
        pages: 3,
        duration: 55,
        remote_csid: "+49 30 1".to_owned(),
    };
    let failed = |code, text: &str, may_retry, report: &Report| Outcome::Failed {
        code,
        text: text.to_owned(),
        may_retry,
        report: report.clone(),
    };
    let none = Report::default();
    let long = "x".repeat(300);
    let cases = [
        (
            json!({"status": "sent", "pages": 3, "duration": 55, "remote_csid": "+49 30 1"}),
            Outcome::Sent(report.clone()),
        ),
        (json!({"status": "sent"}), Outcome::Sent(none.clone())),
        (
            json!({"status": "failed", "code": 6017, "text": "Busy"}),
            failed(6017, "Busy", true, &none),
        ),
        (
            json!({"status": "failed", "code": 6017, "text": "Busy", "final": true, "pages": 3, "duration": 55, "remote_csid": " +49 30 1\n"}),
            failed(6017, "Busy", false, &report),
        ),
        (json!({"status": "failed"}), failed(2, "", true, &none)),
        (
            json!({"status": "failed", "text": format!("a\u{7}b{long}")}),
            failed(2, &format!("a b{}", &long[..252]), true, &none),
        ),
        (
            json!({"status": "cancelled", "text": "no"}),
            failed(900_001, "cancelled", false, &none),
        ),
    ];
    for (transaction, (status, outcome)) in (1..).zip(cases) {
        let attempt = attempt(transaction, 1);
        office
            .receiver
            .react([Reaction::Say(http(200, &status.to_string()))]);
        let answer = webhook.hand_over(&fax(attempt)).await.unwrap();
        assert_eq!(answer, Some(outcome.clone()), "{status}");
        let asked = office.receiver.requests().len();
        assert_eq!(webhook.hand_over(&fax(attempt)).await.unwrap(), None);
        assert_eq!(office.receiver.requests().len(), asked);
        let told = webhook.outcomes(&[attempt]).await.unwrap();
        assert_eq!(told, [(attempt, outcome)]);
    }
}

#[tokio::test]
async fn success_that_the_service_cannot_have_meant_is_none() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let long = format!(
        "{{\"status\":\"accepted\",\"text\":\"{}\"}}",
        "x".repeat(64 << 10)
    );
    let cases = [
        (http(200, ""), "no object of JSON"),
        (http(204, ""), "no object of JSON"),
        (http(200, "OK"), "\"OK\""),
        (http(202, "ok"), "\"ok\""),
        (
            http(200, "<html>Log in to the hotel's network"),
            "<html>Log in",
        ),
        (http(200, "{}"), "`status` must be"),
        (http(200, "[]"), "no object of JSON"),
        (http(200, r#""accepted""#), "no object of JSON"),
        (http(200, r#"{"status":"ok"}"#), "`status` must be"),
        (http(200, r#"{"status":"Accepted"}"#), "`status` must be"),
        (http(200, r#"{"status":"accepted""#), "no object of JSON"),
        (http(200, r#"{"status":"sent","pages":-1}"#), "`pages`"),
        (http(200, r#"{"status":"sent","pages":"3"}"#), "`pages`"),
        (
            http(200, r#"{"status":"sent","pages":1000000000}"#),
            "`pages`",
        ),
        (
            http(200, r#"{"status":"sent","duration":1.5}"#),
            "`duration`",
        ),
        (
            http(200, r#"{"status":"sent","remote_csid":7}"#),
            "`remote_csid`",
        ),
        (http(200, r#"{"status":"failed","code":0}"#), "`code` 0"),
        (http(200, r#"{"status":"failed","final":"no"}"#), "`final`"),
        (http(200, &long), "more than 65536 bytes"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"status\":\"accepted\"}".to_owned(),
            "did not arrive",
        ),
        (
            "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned(),
            "did not arrive",
        ),
    ];
    for (transaction, (answer, why)) in (1..).zip(cases) {
        let attempt = attempt(transaction, 1);
        office.receiver.react([Reaction::Say(answer.clone())]);
        let error = unavailable(webhook.hand_over(&fax(attempt)).await);
        assert!(error.contains(why), "{error}");
        assert!(error.contains("webhook.url"), "{error}");
        assert_eq!(office.phase(attempt).await, "submitting", "{answer}");
        // The same again, and this time it is an answer.
        assert_eq!(webhook.hand_over(&fax(attempt)).await.unwrap(), None);
        assert_eq!(office.phase(attempt).await, "taken");
    }
}

#[tokio::test]
async fn a_refusal_is_for_good_and_says_why() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let said = r#"{"error":1,"text":"the number is\nbarred"}"#;
    for (transaction, status) in (1..).zip([400, 410, 413, 415, 422]) {
        let attempt = attempt(transaction, 1);
        office.receiver.react([Reaction::Say(http(status, said))]);
        let answer = webhook.hand_over(&fax(attempt)).await.unwrap();
        let Some(Outcome::Refused { text }) = &answer else {
            panic!("{answer:?}");
        };
        assert!(
            text.ends_with(&format!("answered {status}: the number is barred")),
            "{text}"
        );
        let told = webhook.outcomes(&[attempt]).await.unwrap();
        assert_eq!(told, [(attempt, answer.unwrap())]);
    }
    let attempt = attempt(9, 1);
    let long = format!("\u{1b}[31m{}", "y".repeat(600));
    office.receiver.react([Reaction::Say(http(400, &long))]);
    let answer = webhook.hand_over(&fax(attempt)).await.unwrap();
    let Some(Outcome::Refused { text }) = answer else {
        panic!("{answer:?}");
    };
    let excerpt = text.split_once(": ").unwrap().1;
    assert_eq!(excerpt.chars().count(), 500);
    assert!(!text.contains('\u{1b}'));
}

#[tokio::test]
async fn everything_else_is_tried_again_and_names_the_mend() {
    let office = Office::new().await;
    let webhook = office.webhook();
    // Of these it is certain that nobody has taken it.
    let cases = [
        (401, "offered", "webhook.secret"),
        (403, "offered", "webhook.secret"),
        (404, "offered", "webhook.url"),
        (405, "offered", "webhook.url"),
        (429, "offered", "too often"),
        (402, "submitting", "402"),
        (408, "submitting", "408"),
        (409, "submitting", "409"),
        (425, "submitting", "425"),
        (451, "submitting", "451"),
        (500, "submitting", "500"),
        (502, "submitting", "502"),
        (503, "submitting", "503"),
        (504, "submitting", "504"),
        (599, "submitting", "599"),
    ];
    for (transaction, (status, phase, why)) in (1..).zip(cases) {
        let attempt = attempt(transaction, 1);
        office
            .receiver
            .react([Reaction::Say(http(status, "Oh, dear"))]);
        let error = unavailable(webhook.hand_over(&fax(attempt)).await);
        assert!(error.contains(&status.to_string()), "{error}");
        assert!(
            error.contains(why) && error.ends_with(": Oh, dear"),
            "{error}"
        );
        assert_eq!(office.phase(attempt).await, phase, "{status}");
        assert_eq!(webhook.hand_over(&fax(attempt)).await.unwrap(), None);
        assert_eq!(office.phase(attempt).await, "taken");
    }
}

#[tokio::test]
async fn a_fax_that_may_have_been_taken_is_not_untaken_by_a_later_answer() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let attempt = attempt(42, 1);
    office
        .receiver
        .react([Reaction::CutBeforeAnswer, Reaction::Say(http(401, ""))]);
    unavailable(webhook.hand_over(&fax(attempt)).await);
    unavailable(webhook.hand_over(&fax(attempt)).await);
    assert_eq!(office.phase(attempt).await, "submitting");
}

/// What was posted before may have been taken then: something in between may refuse it now.
#[tokio::test]
async fn a_refusal_of_what_may_have_been_posted_before_is_not_for_good() {
    let office = Office::new().await;
    let webhook = office.webhook();
    for (transaction, status) in (1..).zip([400, 410, 413, 415, 422]) {
        let attempt = attempt(transaction, 1);
        // It arrives, and something in between says that it did not.
        office.receiver.react([
            Reaction::Say(http(504, "")),
            Reaction::Say(http(status, "")),
        ]);
        for _ in 0..2 {
            unavailable(webhook.hand_over(&fax(attempt)).await);
            assert_eq!(office.phase(attempt).await, "submitting");
        }
        assert_eq!(webhook.hand_over(&fax(attempt)).await.unwrap(), None);
        assert_eq!(office.phase(attempt).await, "taken");
    }
}

/// A key means nothing to another service.
#[tokio::test]
async fn what_may_have_been_posted_to_one_service_is_not_posted_to_another() {
    let office = Office::new().await;
    let other = super::receiver::Receiver::start().await;
    let attempt = attempt(7, 1);
    office.receiver.react([Reaction::Say(http(504, ""))]);
    unavailable(office.webhook().hand_over(&fax(attempt)).await);
    let elsewhere = office.webhook_with(|settings| {
        settings.url = other.url("/fax");
        settings.cancel_url = Some(other.url("/cancel"));
    });
    let error = unavailable(elsewhere.hand_over(&fax(attempt)).await);
    assert!(error.contains("may have been posted to"), "{error}");
    elsewhere.withdraw(attempt).await.unwrap_err();
    assert_eq!(other.connections(), 0);
    assert_eq!(
        office.webhook().hand_over(&fax(attempt)).await.unwrap(),
        None
    );
}

/// The service may have forgotten its key by then.
#[tokio::test]
async fn what_may_have_been_posted_long_ago_is_not_posted_again() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let attempt = attempt(7, 1);
    office.receiver.react([Reaction::Say(http(504, ""))]);
    unavailable(webhook.hand_over(&fax(attempt)).await);
    let old = "UPDATE fax_attempt SET since = now() - interval '61 minutes'";
    office.rows.sql.batch_execute(old).await.unwrap();
    let posted = office.receiver.connections();
    let answer = webhook.hand_over(&fax(attempt)).await.unwrap();
    assert!(
        matches!(
            &answer,
            Some(Outcome::Failed {
                code: 900_003,
                may_retry: false,
                ..
            })
        ),
        "{answer:?}"
    );
    assert_eq!(office.receiver.connections(), posted);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let office = Office::new().await;
    let elsewhere = super::receiver::Receiver::start().await;
    let webhook = office.webhook();
    for (transaction, status) in (1..).zip([301, 302, 303, 307, 308]) {
        let attempt = attempt(transaction, 1);
        let location = elsewhere.url("/fax");
        office.receiver.react([Reaction::Say(format!(
            "HTTP/1.1 {status} Moved\r\nLocation: {location}?token=geheim\r\nContent-Length: 0\r\n\r\n"
        ))]);
        let error = unavailable(webhook.hand_over(&fax(attempt)).await);
        assert!(error.contains(&location), "{error}");
        assert!(error.contains("not followed"), "{error}");
        assert!(!error.contains("geheim"), "{error}");
        assert!(error.contains("webhook.url"), "{error}");
        assert_eq!(office.phase(attempt).await, "offered");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn an_answer_before_the_fax_was_read_is_no_acceptance() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let attempt = attempt(42, 1);
    // More than the kernel takes.
    let large = super::super::support::fax_of(attempt, &[20_000_000]);
    for said in [r#"{"status":"accepted"}"#, r#"{"status":"sent"}"#] {
        let said = http(200, said);
        office.receiver.react([Reaction::SayAtOnce(said)]);
        unavailable(webhook.hand_over(&large).await);
    }
    assert_eq!(office.phase(attempt).await, "submitting");
    assert_eq!(webhook.hand_over(&large).await.unwrap(), None);
    assert_eq!(office.receiver.faxes().len(), 1);
}
