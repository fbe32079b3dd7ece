//! What is written down, and when: before the first byte of a fax is sent, and after each answer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use chunkgate::{
    engine::repository::RepositoryError,
    fax::delivery::{
        Attempt, Delivery, Outcome, Report,
        ledger::{Entry, Ledger},
    },
};
use serde_json::json;

use super::{
    super::support::{attempt, fax},
    receiver::Reaction,
    support::Office,
};
use crate::support::eventually::until;

/// A ledger that makes so many changes, and no more.
struct Failing {
    ledger: Arc<dyn Ledger>,
    changes: AtomicUsize,
}

#[async_trait]
impl Ledger for Failing {
    async fn offer(
        &self,
        delivery: &'static str,
        attempt: Attempt,
    ) -> Result<Option<Entry>, RepositoryError> {
        self.ledger.offer(delivery, attempt).await
    }

    async fn withdraw(
        &self,
        delivery: &'static str,
        attempt: Attempt,
    ) -> Result<Option<Entry>, RepositoryError> {
        self.ledger.withdraw(delivery, attempt).await
    }

    async fn change(
        &self,
        delivery: &'static str,
        entry: &Entry,
    ) -> Result<Option<Entry>, RepositoryError> {
        let left = |left: usize| left.checked_sub(1);
        if self
            .changes
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, left)
            .is_err()
        {
            return Err(RepositoryError::Unavailable("the test wants it".to_owned()));
        }
        self.ledger.change(delivery, entry).await
    }

    async fn entries(
        &self,
        delivery: &str,
        attempts: &[Attempt],
    ) -> Result<Vec<Entry>, RepositoryError> {
        self.ledger.entries(delivery, attempts).await
    }

    async fn forget(
        &self,
        delivery: &'static str,
        attempt: Attempt,
    ) -> Result<(), RepositoryError> {
        self.ledger.forget(delivery, attempt).await
    }

    async fn kept(
        &self,
        delivery: &'static str,
        after: Option<Attempt>,
        limit: usize,
    ) -> Result<Vec<Attempt>, RepositoryError> {
        self.ledger.kept(delivery, after, limit).await
    }
}

fn failing_after(office: &Office, changes: usize) -> impl Delivery + use<> {
    let ledger = Failing {
        ledger: Arc::clone(&office.rows.ledger),
        changes: changes.into(),
    };
    office.webhook_on(Arc::new(ledger))
}

#[tokio::test]
async fn nothing_is_posted_before_it_is_written_down() {
    let office = Office::new().await;
    let attempt = attempt(42, 1);
    let webhook = failing_after(&office, 0);
    webhook.hand_over(&fax(attempt)).await.unwrap_err();
    // Whatever was sent would have been read by then.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(office.receiver.requests().len(), 0);
    assert_eq!(office.phase(attempt).await, "offered");
}

#[tokio::test]
async fn it_stands_there_while_the_service_reads() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let attempt = attempt(42, 1);
    office
        .receiver
        .react([Reaction::Deaf(Duration::from_secs(1))]);
    let fax = fax(attempt);
    let watching = async {
        until("a row", async || {
            office.phase(attempt).await == "submitting"
        })
        .await;
        assert_eq!(office.receiver.requests().len(), 0);
    };
    let (posted, ()) = tokio::join!(webhook.hand_over(&fax), watching);
    posted.unwrap();
    assert_eq!(office.phase(attempt).await, "taken");
}

#[tokio::test]
async fn an_answer_that_cannot_be_written_down_is_asked_for_again() {
    let office = Office::new().await;
    let attempt = attempt(42, 1);
    let webhook = failing_after(&office, 1);
    webhook.hand_over(&fax(attempt)).await.unwrap_err();
    assert_eq!(office.phase(attempt).await, "submitting");
    assert_eq!(office.receiver.faxes().len(), 1);
    office.webhook().hand_over(&fax(attempt)).await.unwrap();
    assert_eq!(office.phase(attempt).await, "taken");
    assert_eq!(office.receiver.faxes().len(), 1);
}

#[tokio::test]
async fn an_end_that_cannot_be_written_down_is_not_told() {
    let office = Office::new().await;
    let attempt = attempt(42, 1);
    office.receiver.say_at_once(json!({"status": "sent"}));
    let webhook = failing_after(&office, 1);
    webhook.hand_over(&fax(attempt)).await.unwrap_err();
    assert_eq!(webhook.outcomes(&[attempt]).await.unwrap(), []);
    let sent = office.webhook().hand_over(&fax(attempt)).await.unwrap();
    assert_eq!(sent, Some(Outcome::Sent(Report::default())));
}

#[tokio::test]
async fn what_the_outbox_is_done_with_is_not_posted() {
    let office = Office::new().await;
    let webhook = office.webhook();
    office
        .rows
        .sql
        .batch_execute("DELETE FROM fax_outbox WHERE transaction_id = 42")
        .await
        .unwrap();
    let answer = webhook.hand_over(&fax(attempt(42, 1))).await;
    assert_eq!(answer.unwrap(), None);
    assert_eq!(office.receiver.connections(), 0);
}

#[tokio::test]
async fn nothing_is_posted_when_its_time_is_over() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let attempt = attempt(42, 1);
    let mut late = fax(attempt);
    late.until = Instant::now();
    let error = webhook.hand_over(&late).await.unwrap_err();
    assert!(error.to_string().contains("too late"), "{error}");
    assert_eq!(office.receiver.requests().len(), 0);
    assert_eq!(office.phase(attempt).await, "offered");
}

#[tokio::test]
async fn an_end_that_comes_before_the_answer_stands() {
    let office = Office::new().await;
    let webhook = office.webhook();
    let attempt = attempt(42, 1);
    office
        .receiver
        .react([Reaction::Slow(Duration::from_millis(500))]);
    let fax = fax(attempt);
    let telling = async {
        until("a fax", async || office.receiver.key(attempt).is_some()).await;
        office.tell(attempt, &json!({"status": "sent"})).await
    };
    let (posted, _told) = tokio::join!(webhook.hand_over(&fax), telling);
    assert_eq!(posted.unwrap(), None);
    let sent = Outcome::Sent(Report::default());
    let told = webhook.outcomes(&[attempt]).await.unwrap();
    assert_eq!(told, [(attempt, sent)]);
}

#[tokio::test]
async fn one_of_two_gateways_does_not_take_back_what_the_other_posts() {
    let office = Office::new().await;
    let (first, second) = (office.webhook(), office.webhook());
    let attempt = attempt(42, 1);
    // The first one is refused after the second one has begun, and that is taken.
    let refused = "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n".to_owned();
    office.receiver.react([
        Reaction::SlowSay(Duration::from_millis(500), refused),
        Reaction::Slow(Duration::from_secs(1)),
    ]);
    let fax = fax(attempt);
    let later = async {
        until("a request", async || office.receiver.connections() == 1).await;
        second.hand_over(&fax).await
    };
    let early = async {
        let refused = first.hand_over(&fax).await;
        assert!(refused.is_err());
        assert_eq!(office.phase(attempt).await, "submitting");
    };
    let ((), taken) = tokio::join!(early, later);
    taken.unwrap();
    assert_eq!(office.phase(attempt).await, "taken");
}
