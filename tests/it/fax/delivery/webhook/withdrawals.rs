//! Taking faxes back, after each answer of the service.

use chunkgate::fax::delivery::{Delivery, Outcome, Report, Withdrawal};
use serde_json::json;

use super::{
    super::support::{attempt, fax},
    receiver::{Reaction, http},
    support::Office,
};

#[tokio::test]
async fn without_an_address_for_it_what_was_posted_cannot_be_taken_back() {
    let office = Office::with(|it| it.cancel_url = None).await;
    let webhook = office.webhook();
    let (taken, doubtful, new) = (attempt(1, 1), attempt(2, 1), attempt(3, 1));
    webhook.hand_over(&fax(taken)).await.unwrap();
    office.receiver.react([Reaction::CutBeforeAnswer]);
    webhook.hand_over(&fax(doubtful)).await.unwrap_err();
    for attempt in [taken, doubtful] {
        let answer = webhook.withdraw(attempt).await.unwrap();
        assert_eq!(answer, Withdrawal::TooLate);
    }
    assert_eq!(webhook.withdraw(new).await.unwrap(), Withdrawal::Withdrawn);
    assert_eq!(office.receiver.requests().len(), 2);
}

#[tokio::test]
async fn what_was_certainly_not_taken_is_withdrawn_without_asking() {
    let office = Office::with(|it| it.cancel_url = None).await;
    let webhook = office.webhook();
    let (unsigned, away) = (attempt(1, 1), attempt(2, 1));
    office.receiver.react([Reaction::Say(http(401, ""))]);
    webhook.hand_over(&fax(unsigned)).await.unwrap_err();
    office.receiver.stop().await;
    webhook.hand_over(&fax(away)).await.unwrap_err();
    for attempt in [unsigned, away] {
        let answer = webhook.withdraw(attempt).await.unwrap();
        assert_eq!(answer, Withdrawal::Withdrawn);
    }
    office.receiver.restart();
    for attempt in [unsigned, away] {
        webhook.hand_over(&fax(attempt)).await.unwrap();
    }
    assert_eq!(office.receiver.faxes().len(), 0, "sent although withdrawn");
}

#[tokio::test]
async fn the_service_decides_about_what_it_may_have() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let sent = Outcome::Sent(Report {
        pages: 2,
        ..Report::default()
    });
    let cases = [
        (json!({"status": "cancelled"}), Withdrawal::Withdrawn),
        (json!({"status": "accepted"}), Withdrawal::TooLate),
        (
            json!({"status": "sent", "pages": 2}),
            Withdrawal::Ended(sent),
        ),
    ];
    for (transaction, (status, expected)) in (1..).zip(cases) {
        let attempt = attempt(transaction, 1);
        webhook.hand_over(&fax(attempt)).await.unwrap();
        let said = http(200, &status.to_string());
        office.receiver.react([Reaction::Say(said)]);
        let answer = webhook.withdraw(attempt).await.unwrap();
        assert_eq!(answer, expected);
        if expected != Withdrawal::TooLate {
            // It is written down: nobody is asked again.
            let asked = office.receiver.requests().len();
            assert_eq!(webhook.withdraw(attempt).await.unwrap(), expected);
            assert_eq!(office.receiver.requests().len(), asked);
        }
    }
}

#[tokio::test]
async fn after_any_other_answer_nothing_is_certain() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let attempt = attempt(42, 1);
    webhook.hand_over(&fax(attempt)).await.unwrap();
    let reactions = [
        Reaction::CutAtOnce,
        Reaction::CutBeforeAnswer,
        Reaction::Say(http(202, "")),
        Reaction::Say(http(200, "")),
        Reaction::Say(http(400, "")),
        Reaction::Say(http(401, "")),
        Reaction::Say(http(404, "")),
        Reaction::Say(http(500, "")),
    ];
    for reaction in reactions {
        office.receiver.react([reaction.clone()]);
        let answer = webhook.withdraw(attempt).await;
        assert!(answer.is_err(), "{reaction:?}: {answer:?}");
        assert_eq!(office.phase(attempt).await, "taken");
    }
    let answer = webhook.withdraw(attempt).await.unwrap();
    assert_eq!(answer, Withdrawal::Withdrawn);
    assert_eq!(office.phase(attempt).await, "withdrawn");
}

#[tokio::test]
async fn a_fax_that_comes_after_its_cancellation_is_not_sent() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let attempt = attempt(42, 1);
    // Nobody knows whether it has it; it has not.
    office.receiver.react([Reaction::CutAfter(300)]);
    webhook.hand_over(&fax(attempt)).await.unwrap_err();
    assert_eq!(office.phase(attempt).await, "submitting");
    let answer = webhook.withdraw(attempt).await.unwrap();
    assert_eq!(answer, Withdrawal::Withdrawn);
    assert_eq!(office.receiver.faxes().len(), 0);
    webhook.hand_over(&fax(attempt)).await.unwrap();
    assert_eq!(office.receiver.faxes().len(), 0);
}

#[tokio::test]
async fn what_the_service_cancels_by_itself_is_withdrawn_too() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let attempt = attempt(42, 1);
    let said = http(200, r#"{"status":"cancelled"}"#);
    office.receiver.react([Reaction::Say(said)]);
    webhook.hand_over(&fax(attempt)).await.unwrap();
    let answer = webhook.withdraw(attempt).await.unwrap();
    assert_eq!(answer, Withdrawal::Withdrawn);
}
