//! A gateway killed between any two steps of a hand-over: the next one goes on, every attempt is
//! transmitted once, and the fax ends as it should.
//!
//! A step is a statement that changes something, a call to the delivery, or a change in the spool.
//! Each scenario runs again and again, and each run kills the gateway one step later, before the
//! step takes effect or after, until a run comes to its end alive.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chunkgate::fax::{
    OutboxSettings,
    delivery::{
        Attempt, Delivery, DeliveryError, Fax, Outcome, Report, SharedDelivery, Withdrawal,
        spool::{RealSpoolDisk, Spool, SpoolDisk, SpoolSettings},
    },
    item::{FaxItem, TransactionId, TransactionState},
    outcome::{CANCELLED, GIVEN_UP},
    repository::FaxRepository,
};
use futures_util::{StreamExt, stream};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::support::{
    Consumer, Desk, Fuse, Fused, FusedDisk, SETTINGS, Seen, Side, Stepwise, Working, outbox_on,
};

/// Runs side by side: most of their time is waiting.
const AT_ONCE: usize = 8;
/// How long one may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// What a gateway had that has died becomes due when time passes; see [`Desk::time_passes`].
const SHORT_LEASE: Duration = Duration::from_mins(1);
/// More steps than any scenario has.
const TOO_MANY: usize = 200;

/// What happens to a fax while its gateway lives and dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scenario {
    /// It is sent at the first attempt.
    Done,
    /// The line is busy, and it is sent at the second attempt.
    BusyThenDone,
    /// Its client does not want it any more; it waits after a hand-over that failed, although the
    /// delivery has it.
    CancelledWhileWaiting,
    /// Its client does not want it any more; its delivery has it, and the consumer does not.
    CancelledInTime,
    /// Its client does not want it any more, and the consumer is sending it.
    CancelledTooLate,
    /// Its delivery does not take it, and it was tried for too long.
    GivenUp,
    /// Its delivery says at once that the line is busy, and at the second attempt that it is sent.
    AtOnce,
}

/// A gateway's spool, or what answers at once.
struct Way {
    name: &'static str,
    spool: Spool,
    scenario: Scenario,
    /// How often it still refuses a fax that is to be given up.
    refusals: AtomicUsize,
    line: Arc<Line>,
}

/// Transmissions of a delivery that answers at once, which knows an attempt again.
#[derive(Default)]
struct Line(Mutex<BTreeMap<Attempt, usize>>);

impl Line {
    fn send(&self, attempt: Attempt) -> Outcome {
        let mut sent = self.0.lock().expect("no panic");
        sent.entry(attempt).or_insert(1);
        if attempt.number == 1 {
            Outcome::Failed {
                code: 6017,
                text: "busy".to_owned(),
                may_retry: true,
                report: Report::default(),
            }
        } else {
            Outcome::Sent(Report::default())
        }
    }
}

#[async_trait]
impl Delivery for Way {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn hand_over(&self, fax: &Fax) -> Result<Option<Outcome>, DeliveryError> {
        let unavailable = || Err(DeliveryError::Unavailable("not now".to_owned()));
        let refused = || {
            let fewer = |left: usize| left.checked_sub(1);
            self.refusals
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer)
                .is_ok()
        };
        match self.scenario {
            Scenario::AtOnce => Ok(Some(self.line.send(fax.attempt))),
            Scenario::GivenUp if refused() => unavailable(),
            Scenario::CancelledWhileWaiting => {
                self.spool.hand_over(fax).await?;
                unavailable()
            }
            _ => self.spool.hand_over(fax).await,
        }
    }

    async fn outcomes(
        &self,
        attempts: &[Attempt],
    ) -> Result<Vec<(Attempt, Outcome)>, DeliveryError> {
        self.spool.outcomes(attempts).await
    }

    async fn withdraw(&self, attempt: Attempt) -> Result<Withdrawal, DeliveryError> {
        self.spool.withdraw(attempt).await
    }

    async fn forget(&self, attempt: Attempt) -> Result<(), DeliveryError> {
        self.spool.forget(attempt).await
    }

    async fn kept(
        &self,
        after: Option<Attempt>,
        limit: usize,
    ) -> Result<Vec<Attempt>, DeliveryError> {
        self.spool.kept(after, limit).await
    }

    async fn probe(&self) -> Result<(), DeliveryError> {
        self.spool.probe().await
    }
}

/// One life of a fax.
struct Run<'a> {
    desk: &'a Desk,
    scenario: Scenario,
    directory: TempDir,
    name: &'static str,
    id: TransactionId,
    line: Arc<Line>,
    consumer: Consumer,
    /// What the consumer has taken and not finished.
    sending: Vec<Seen>,
    cancelled: AtomicBool,
}

impl<'a> Run<'a> {
    async fn new(desk: &'a Desk, scenario: Scenario) -> Self {
        let directory = tempfile::tempdir().expect("a folder");
        // A delivery of its own, so that nobody else works on this fax.
        let name = uuid::Uuid::new_v4().simple().to_string().leak();
        let id = desk.fax_to(name, 1).await;
        let consumer = Consumer::new(directory.path().join("new"));
        Self {
            desk,
            scenario,
            directory,
            name,
            id,
            line: Arc::default(),
            consumer,
            sending: Vec::new(),
            cancelled: AtomicBool::new(false),
        }
    }

    fn way(&self, disk: Arc<dyn SpoolDisk>, refusals: usize) -> Way {
        let settings = SpoolSettings::new(self.directory.path());
        Way {
            name: self.name,
            spool: Spool::open_on(disk, &settings).expect("a spool"),
            scenario: self.scenario,
            refusals: AtomicUsize::new(refusals),
            line: Arc::clone(&self.line),
        }
    }

    fn start(
        &self,
        faxes: Arc<dyn FaxRepository>,
        delivery: SharedDelivery,
        lease: Duration,
    ) -> Working {
        let settings = OutboxSettings {
            lease,
            give_up_after: match self.scenario {
                Scenario::GivenUp => Duration::ZERO,
                _ => SETTINGS.give_up_after,
            },
            ..*SETTINGS
        };
        Working::start(&outbox_on(faxes, delivery, settings))
    }

    /// Kills the gateway at step `n`; where that was, or none if the fax was over before.
    async fn killed_at(mut self, n: usize, side: Side) -> Option<String> {
        let fuse = Fuse::new(n, side);
        let way = self.way(Arc::new(FusedDisk(Arc::clone(&fuse))), 1);
        let fused = Fused {
            inner: Arc::new(way),
            fuse: Arc::clone(&fuse),
        };
        let watched = Stepwise::watching(Arc::clone(&self.desk.faxes), Arc::clone(&fuse) as _);
        fuse.arm();
        let first = self.start(watched, Arc::new(fused), SHORT_LEASE);
        let begun = Instant::now();
        while fuse.burnt().is_none() && !self.is_finished().await {
            assert!(begun.elapsed() < PATIENCE, "{}", self.stuck("alive").await);
            self.look().await;
        }
        first.kill().await;
        let burnt = fuse.burnt();
        let second = self.way(Arc::new(RealSpoolDisk::default()), 0);
        let second = self.start(
            Arc::clone(&self.desk.faxes),
            Arc::new(second),
            SETTINGS.lease,
        );
        let begun = Instant::now();
        while !self.is_finished().await {
            let at = burnt.as_deref().unwrap_or("its end");
            assert!(begun.elapsed() < PATIENCE, "{}", self.stuck(at).await);
            self.desk.time_passes(self.name).await;
            self.look().await;
        }
        second.stop().await;
        self.check(burnt.as_deref().unwrap_or("nowhere")).await;
        burnt
    }

    async fn stuck(&self, at: &str) -> String {
        let item = self.desk.item(self.id).await;
        let kept: Vec<_> = self.kept();
        format!(
            "{:?}, killed {at}: it does not end: {item:#?}, {kept:?}",
            self.scenario
        )
    }

    fn kept(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.directory.path().join("new")).expect("the spool");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .collect()
    }

    async fn is_finished(&self) -> bool {
        self.kept().is_empty() && self.desk.item(self.id).await.state.is_over()
    }

    /// What others do meanwhile.
    async fn look(&mut self) {
        let item = self.desk.item(self.id).await;
        let taken_by_consumer = !self.consumer.taken.is_empty();
        let cancel = match self.scenario {
            Scenario::CancelledWhileWaiting => {
                item.queue.as_ref().is_some_and(|it| it.failures > 0)
            }
            Scenario::CancelledInTime => item.state == TransactionState::HandedOver,
            Scenario::CancelledTooLate => taken_by_consumer,
            Scenario::Done | Scenario::BusyThenDone | Scenario::GivenUp | Scenario::AtOnce => false,
        };
        if cancel && !self.cancelled.swap(true, Ordering::SeqCst) {
            let ids = [self.id];
            let end = CANCELLED.end();
            let none = self.desk.faxes.cancel_waiting(&ids, &end).await;
            assert_eq!(none.expect("an answer"), [], "it was with a delivery");
            let asked = self.desk.faxes.request_cancellation(&ids).await;
            asked.expect("an answer");
        }
        let asked = self.cancelled.load(Ordering::SeqCst);
        // A consumer that is late.
        let looks = match self.scenario {
            Scenario::CancelledWhileWaiting | Scenario::CancelledInTime => asked,
            _ => true,
        };
        if looks {
            self.sending.extend(self.consumer.look());
        }
        let too_late_is_known = asked && item.queue.is_some_and(|it| !it.cancel_requested);
        if self.scenario != Scenario::CancelledTooLate || too_late_is_known {
            for seen in self.sending.drain(..) {
                let busy = self.scenario == Scenario::BusyThenDone && seen.attempt() == 1;
                seen.say(if busy { "failed 6017 busy\n" } else { "done\n" });
            }
        }
        sleep(Duration::from_millis(2)).await;
    }

    async fn check(&self, at: &str) {
        let item = self.desk.item(self.id).await;
        let told = format!("{:?}, killed {at}: {item:#?}", self.scenario);
        let transmissions: Vec<(u32, usize)> = match self.scenario {
            Scenario::AtOnce => {
                let sent = self.line.0.lock().expect("no panic");
                sent.iter().map(|(it, count)| (it.number, *count)).collect()
            }
            _ => self.consumer.transmissions(self.id),
        };
        let expected: &[Expected<'_>] = match self.scenario {
            Scenario::Done | Scenario::CancelledTooLate => {
                &[(TransactionState::Sent, 0, &[(1, 1)])]
            }
            Scenario::BusyThenDone | Scenario::AtOnce => {
                &[(TransactionState::Sent, 0, &[(1, 1), (2, 1)])]
            }
            Scenario::CancelledWhileWaiting | Scenario::CancelledInTime => &[
                (TransactionState::Cancelled, CANCELLED.code, &[]),
                // The consumer was faster than whoever takes it back.
                (TransactionState::Sent, 0, &[(1, 1)]),
            ],
            // The next gateway may find that its delivery takes it.
            Scenario::GivenUp => &[
                (TransactionState::Failed, GIVEN_UP.code, &[]),
                (TransactionState::Sent, 0, &[(1, 1)]),
            ],
        };
        let is_expected = |(state, code, sent): &Expected<'_>| {
            item.state == *state
                && item.status == i32::try_from(*code).expect("small")
                && transmissions == *sent
        };
        assert!(
            expected.iter().any(is_expected),
            "{transmissions:?}; {told}"
        );
        assert_tried(&item, &transmissions);
    }
}

/// A state, its code, and how often each attempt was transmitted.
type Expected<'a> = (TransactionState, u32, &'a [(u32, usize)]);

/// `TrialsPerformed` counts every attempt that was transmitted.
fn assert_tried(item: &FaxItem, transmissions: &[(u32, usize)]) {
    let last = transmissions.last().map_or(0, |(number, _)| *number);
    assert!(item.trials >= last, "{item:#?}");
}

/// Runs a scenario until the gateway outlives it.
async fn every_step(scenario: Scenario) {
    let desk = Desk::new().await;
    for side in [Side::Before, Side::After] {
        let runs = stream::iter(1..TOO_MANY).map(|n| {
            let desk = &desk;
            async move { Run::new(desk, scenario).await.killed_at(n, side).await }
        });
        let killed = runs.buffered(AT_ONCE).take_while(|burnt| {
            let goes_on = burnt.is_some();
            async move { goes_on }
        });
        let steps: Vec<_> = killed.filter_map(|burnt| async { burnt }).collect().await;
        eprintln!("{scenario:?} {side:?}: {} steps: {steps:#?}", steps.len());
        assert!((4..TOO_MANY - 1).contains(&steps.len()), "{steps:?}");
    }
    // The runs beyond the last were dropped before their end.
    assert!(desk.queued().await < i64::try_from(2 * AT_ONCE).expect("small"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fax_that_is_sent() {
    every_step(Scenario::Done).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fax_that_is_sent_at_the_second_attempt() {
    every_step(Scenario::BusyThenDone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fax_that_is_cancelled_after_a_hand_over_nobody_heard_of() {
    every_step(Scenario::CancelledWhileWaiting).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fax_that_is_cancelled_before_the_consumer_has_it() {
    every_step(Scenario::CancelledInTime).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fax_that_is_cancelled_too_late() {
    every_step(Scenario::CancelledTooLate).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fax_that_is_given_up() {
    every_step(Scenario::GivenUp).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fax_whose_delivery_answers_at_once() {
    every_step(Scenario::AtOnce).await;
}
