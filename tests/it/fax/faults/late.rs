//! A worker that was slow and has lost its lease hands nothing over any more: its fax may have been
//! cancelled, or sent and forgotten. Nor is anything forgotten that is not over.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chunkgate::fax::{OutboxSettings, item::TransactionState};
use tokio::sync::Notify;

use super::support::{Consumer, Desk, Moment, SETTINGS, Steps, Stepwise, Working, outbox_on, rows};
use crate::support::eventually::{eventually, until};

const LEASE: Duration = Duration::from_millis(400);

/// Keeps a worker when it looks for the documents of a fax.
#[derive(Default)]
struct Slow {
    reached: Notify,
    go_on: Notify,
}

#[async_trait]
impl Steps for Slow {
    async fn at(&self, _step: &'static str, _moment: Moment) {}

    async fn reading(&self, what: &'static str) {
        if what == "documents" {
            self.reached.notify_one();
            self.go_on.notified().await;
        }
    }
}

async fn slow_worker(desk: &Desk) -> (Arc<Slow>, Working) {
    let slow = Arc::new(Slow::default());
    let watched = Stepwise::watching(rows(&desk.world), Arc::clone(&slow) as _);
    let settings = OutboxSettings {
        lease: LEASE,
        workers: 1,
        ..*SETTINGS
    };
    let outbox = outbox_on(watched, Arc::new(desk.spool()), settings);
    let working = Working::start(&outbox);
    slow.reached.notified().await;
    (slow, working)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fax_that_was_cancelled_is_not_handed_over_by_a_slow_worker() {
    let desk = Desk::new().await;
    let id = desk.fax(0).await;
    let (slow, first) = slow_worker(&desk).await;
    let asked = desk.faxes.request_cancellation(&[id]).await;
    assert_eq!(asked.expect("an answer"), [id]);
    let second = Working::start(&desk.outbox(Arc::new(desk.spool()), *SETTINGS));
    let item = desk.over(id).await;
    assert_eq!(item.state, TransactionState::Cancelled, "{item:#?}");
    until("it is forgotten", async || is_empty(&desk)).await;
    slow.go_on.notify_one();
    first.stop().await;
    assert!(is_empty(&desk), "nobody wants it");
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fax_that_was_sent_is_not_handed_over_by_a_slow_worker() {
    let desk = Desk::new().await;
    let id = desk.fax(0).await;
    let (slow, first) = slow_worker(&desk).await;
    let second = Working::start(&desk.outbox(Arc::new(desk.spool()), *SETTINGS));
    let mut consumer = Consumer::new(desk.new_directory());
    eventually("fax in the spool", async || consumer.look().pop())
        .await
        .say("done\n");
    assert_eq!(desk.over(id).await.state, TransactionState::Sent);
    until("it is forgotten", async || is_empty(&desk)).await;
    slow.go_on.notify_one();
    first.stop().await;
    assert!(is_empty(&desk), "it was sent");
    second.stop().await;
}

fn is_empty(desk: &Desk) -> bool {
    let mut entries = std::fs::read_dir(desk.new_directory()).expect("the spool");
    entries.next().is_none()
}

/// A database that was put back to an older copy does not know of the last attempts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_beyond_the_one_the_database_knows_is_kept() {
    let desk = Desk::new().await;
    let spool = desk.spool();
    let id = desk.fax(0).await;
    let beyond = desk.new_directory().join(format!("{:09}.2", id.0));
    std::fs::create_dir(&beyond).expect("a folder");
    std::fs::write(beyond.join("fax.json"), "{}").expect("a file");
    std::fs::create_dir(beyond.join("taken")).expect("a folder");
    let working = Working::start(&desk.outbox(Arc::new(spool), *SETTINGS));
    let mut consumer = Consumer::new(desk.new_directory());
    eventually("fax in the spool", async || consumer.look().pop())
        .await
        .say("done\n");
    // By then what is kept was looked at.
    assert_eq!(desk.over(id).await.state, TransactionState::Sent);
    assert!(beyond.exists());
    working.stop().await;
}
