//! Which answers may not have reached their clients.
//!
//! A client that lost the answer to a chunk sends the chunk again, and the protocol gives it no
//! other way to say so. So the gateway remembers of each session whether its last answer is still
//! on its way, or is known to be lost; an equal chunk that comes then is that chunk again.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use moka::sync::Cache;
use tokio::sync::Notify;

use super::session::SessionId;

/// Sessions of which it is remembered when their last answer was given.
const GIVEN: u64 = 100_000;
/// For how long; a request that is longer under way is hardly its client's last.
const GIVEN_FOR: Duration = Duration::from_hours(1);

/// The answers on their way and those that were lost.
///
/// Bounded by the answers in flight: an entry goes when its answer is delivered, or when the
/// database has taken note that it was lost.
#[derive(Clone, Default)]
pub struct Answers {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    lost: Notify,
    // When the last answer of a session was given.
    given: Cache<SessionId, Instant>,
}

impl Default for Inner {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            lost: Notify::new(),
            given: Cache::builder()
                .max_capacity(GIVEN)
                .time_to_live(GIVEN_FOR)
                .build(),
        }
    }
}

#[derive(Default)]
struct State {
    latest: HashMap<SessionId, Answer>,
    // Lost answers of which the database does not know yet.
    unmarked: VecDeque<LostAnswer>,
    next_serial: u64,
}

struct Answer {
    total: u64,
    // Tells this answer from a later one on the same session.
    serial: u64,
}

/// An answer that did not reach its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LostAnswer {
    /// Whose.
    pub session: SessionId,
    /// What it said.
    pub total: u64,
    serial: u64,
}

impl Answers {
    /// Notes that `total` is on its way to the client of `session`. Until the receipt says that it
    /// was delivered, it may be lost.
    pub fn open(&self, session: SessionId, total: u64) -> Receipt {
        let mut state = self.lock();
        let serial = state.next_serial;
        state.next_serial += 1;
        state.latest.insert(session, Answer { total, serial });
        self.inner.given.insert(session, Instant::now());
        Receipt {
            answers: Some(self.clone()),
            answer: LostAnswer {
                session,
                total,
                serial,
            },
        }
    }

    /// Whether the last answer to this session's client may not have reached it.
    pub fn may_be_lost(&self, session: SessionId) -> bool {
        self.lock().latest.contains_key(&session)
    }

    /// Whether an answer was given to a client of this session after `begun`. A client that waits
    /// for each answer before it sends the next chunk cannot have begun a request before that: its
    /// own later request has overtaken this one.
    pub fn given_since(&self, session: SessionId, begun: Instant) -> bool {
        self.inner
            .given
            .get(&session)
            .is_some_and(|given| given > begun)
    }

    /// Waits until there is a lost answer to mark. Cancel safe.
    pub async fn some_lost(&self) {
        loop {
            let notified = self.inner.lost.notified();
            if !self.lock().unmarked.is_empty() {
                return;
            }
            notified.await;
        }
    }

    /// The lost answers that the database should be told of.
    pub fn take_lost(&self) -> Vec<LostAnswer> {
        std::mem::take(&mut self.lock().unmarked).into()
    }

    /// Whether the database still has to know of it. An answer that a later one on the same
    /// session has replaced is none of its business any more: the client has sent the chunk again
    /// since, and what it sends now is data. The last word only while no other answer of the session can
    /// be opened.
    pub fn matters(&self, lost: &LostAnswer) -> bool {
        self.lock().is_latest(lost)
    }

    /// All answers that are not known to be delivered, when nobody will learn any more what became of them.
    pub fn in_doubt(&self) -> Vec<LostAnswer> {
        let state = self.lock();
        let in_doubt = state.latest.iter().map(|(&session, answer)| LostAnswer {
            session,
            total: answer.total,
            serial: answer.serial,
        });
        in_doubt.collect()
    }

    /// The database knows of it: the entry may go.
    pub fn marked(&self, lost: LostAnswer) {
        self.lock().forget(&lost);
    }

    /// The database could not be told; to be tried again.
    pub fn not_marked(&self, lost: LostAnswer) {
        self.lock().unmarked.push_back(lost);
        self.inner.lost.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_latest(&self, answer: &LostAnswer) -> bool {
        self.latest
            .get(&answer.session)
            .is_some_and(|latest| latest.serial == answer.serial)
    }

    fn forget(&mut self, answer: &LostAnswer) {
        if self.is_latest(answer) {
            self.latest.remove(&answer.session);
        }
    }
}

/// Goes with an answer to the place where it is written. Dropped without
/// [`delivered`](Self::delivered), the answer counts as lost.
pub trait AnswerReceipt {
    /// The last byte of the answer was written to a connection whose client was there.
    fn delivered(self: Box<Self>);
}

/// The receipt of an append's answer.
#[derive(Debug)]
pub struct Receipt {
    answers: Option<Answers>,
    answer: LostAnswer,
}

impl Receipt {
    /// For an answer that nothing depends on.
    pub fn of_no_matter(session: SessionId, total: u64) -> Self {
        Self {
            answers: None,
            answer: LostAnswer {
                session,
                total,
                serial: 0,
            },
        }
    }

    /// The answer was written to a connection whose client was there.
    pub fn delivered(mut self) {
        if let Some(answers) = self.answers.take() {
            answers.lock().forget(&self.answer);
        }
    }
}

impl AnswerReceipt for Receipt {
    fn delivered(self: Box<Self>) {
        Self::delivered(*self);
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        if let Some(answers) = self.answers.take() {
            answers.not_marked(self.answer);
        }
    }
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answers")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{Answers, SessionId};

    const SESSION: SessionId = SessionId(7);

    #[test]
    fn an_answer_may_be_lost_until_it_is_delivered() {
        let answers = Answers::default();
        assert!(!answers.may_be_lost(SESSION));
        let receipt = answers.open(SESSION, 10);
        assert!(answers.may_be_lost(SESSION));
        receipt.delivered();
        assert!(!answers.may_be_lost(SESSION));
        assert!(answers.take_lost().is_empty());
    }

    #[test]
    fn a_lost_answer_stays_suspect_until_the_database_knows() {
        let answers = Answers::default();
        drop(answers.open(SESSION, 10));
        let lost = answers.take_lost();
        assert_eq!(lost.len(), 1);
        assert_eq!((lost[0].session, lost[0].total), (SESSION, 10));
        assert!(answers.may_be_lost(SESSION));
        answers.not_marked(lost[0]);
        assert_eq!(answers.take_lost(), lost);
        answers.marked(lost[0]);
        assert!(!answers.may_be_lost(SESSION));
    }

    #[test]
    fn a_request_that_began_before_the_last_answer_was_overtaken() {
        let answers = Answers::default();
        let before = Instant::now();
        assert!(!answers.given_since(SESSION, before));
        answers.open(SESSION, 10).delivered();
        assert!(answers.given_since(SESSION, before));
        assert!(!answers.given_since(SESSION, Instant::now()));
    }

    #[test]
    fn a_late_loss_does_not_spoil_the_answer_after_it() {
        let answers = Answers::default();
        let first = answers.open(SESSION, 10);
        let second = answers.open(SESSION, 10);
        drop(first);
        let lost = answers.take_lost();
        second.delivered();
        assert!(!answers.may_be_lost(SESSION));
        assert!(!answers.matters(&lost[0]));
    }
}
