//! Which answers may not have reached their clients.
//!
//! A client that lost the answer to a chunk sends the chunk again, and the protocol gives it no
//! other way to say so. So the gateway remembers of each session whether its last answer is still
//! on its way, or is known to be lost; an equal chunk that comes then is that chunk again.
//!
//! The same goes for the answers to submissions of faxes, so it is said here once for both: `K` is
//! what an answer is about (a session), `V` is what it said (a total).

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use moka::sync::Cache;
use tokio::{sync::Notify, time::timeout};

use super::session::SessionId;

/// Keys of which it is remembered when their last answer was given.
const GIVEN: u64 = 100_000;
/// For how long; a request that is longer under way is hardly its client's last.
const GIVEN_FOR: Duration = Duration::from_hours(1);

/// What an answer is about.
pub trait Key: Copy + Eq + Hash + Send + Sync + 'static {}
impl<T: Copy + Eq + Hash + Send + Sync + 'static> Key for T {}

/// What becomes of an answer, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was delivered, or is older than this process.
    Settled,
    /// It is on its way.
    OnItsWay,
    /// It is known to be lost.
    Lost,
}

/// The answers on their way and those that were lost.
///
/// Bounded by the answers in flight: an entry goes when its answer is delivered, or when the
/// database has taken note that it was lost.
pub struct Answers<K: Key = SessionId, V: Copy = u64> {
    inner: Arc<Inner<K, V>>,
}

impl<K: Key, V: Copy> Clone for Answers<K, V> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<K: Key, V: Copy> Default for Answers<K, V> {
    fn default() -> Self {
        Self {
            inner: Arc::default(),
        }
    }
}

struct Inner<K, V> {
    state: Mutex<State<K, V>>,
    lost: Notify,
    // Some answer is not on its way any more.
    settled: Notify,
    // When the last answer about a key was given.
    given: Cache<K, Instant>,
}

impl<K: Key, V> Default for Inner<K, V> {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            lost: Notify::new(),
            settled: Notify::new(),
            given: Cache::builder()
                .max_capacity(GIVEN)
                .time_to_live(GIVEN_FOR)
                .build(),
        }
    }
}

struct State<K, V> {
    latest: HashMap<K, Answer<V>>,
    // Lost answers of which the database does not know yet.
    unmarked: VecDeque<LostAnswer<K, V>>,
    next_serial: u64,
}

impl<K, V> Default for State<K, V> {
    fn default() -> Self {
        Self {
            latest: HashMap::new(),
            unmarked: VecDeque::new(),
            next_serial: 0,
        }
    }
}

struct Answer<V> {
    said: V,
    // Tells this answer from a later one about the same.
    serial: u64,
    is_lost: bool,
}

/// An answer that did not reach its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LostAnswer<K = SessionId, V = u64> {
    /// What it was about.
    pub about: K,
    /// What it said.
    pub said: V,
    serial: u64,
}

impl<K: Key, V: Copy> Answers<K, V> {
    /// Notes that an answer is on its way to its client. Until the receipt says that it was
    /// delivered, it may be lost.
    pub fn open(&self, about: K, said: V) -> Receipt<K, V> {
        let mut state = self.lock();
        let serial = state.next_serial;
        state.next_serial += 1;
        let answer = Answer {
            said,
            serial,
            is_lost: false,
        };
        state.latest.insert(about, answer);
        self.inner.given.insert(about, Instant::now());
        Receipt {
            answers: Some(self.clone()),
            answer: LostAnswer {
                about,
                said,
                serial,
            },
        }
    }

    /// Whether the last answer about this may not have reached its client.
    pub fn may_be_lost(&self, about: K) -> bool {
        self.lock().latest.contains_key(&about)
    }

    /// What becomes of the last answer about this, if it is not on its way for longer than
    /// `within`.
    pub async fn fate(&self, about: K, within: Duration) -> Fate {
        let waiting = async {
            loop {
                let settled = self.inner.settled.notified();
                match self.fate_now(about) {
                    Fate::OnItsWay => settled.await,
                    known => return known,
                }
            }
        };
        timeout(within, waiting).await.unwrap_or(Fate::OnItsWay)
    }

    fn fate_now(&self, about: K) -> Fate {
        match self.lock().latest.get(&about) {
            None => Fate::Settled,
            Some(answer) if answer.is_lost => Fate::Lost,
            Some(_) => Fate::OnItsWay,
        }
    }

    /// Whether an answer about this was given after `begun`. A client that waits for each answer
    /// before it sends its next request cannot have begun a request before that: its own later
    /// request has overtaken this one.
    pub fn given_since(&self, about: K, begun: Instant) -> bool {
        self.inner
            .given
            .get(&about)
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
    pub fn take_lost(&self) -> Vec<LostAnswer<K, V>> {
        std::mem::take(&mut self.lock().unmarked).into()
    }

    /// Whether the database still has to know of it. An answer that a later one about the same
    /// has replaced is none of its business any more: the client has sent the request again
    /// since, and what it sends now is another one. The last word only while no other answer
    /// about it can be opened.
    pub fn matters(&self, lost: &LostAnswer<K, V>) -> bool {
        self.lock().is_latest(lost)
    }

    /// All answers that are not known to be delivered, when nobody will learn any more what became of them.
    pub fn in_doubt(&self) -> Vec<LostAnswer<K, V>> {
        let state = self.lock();
        let in_doubt = state.latest.iter().map(|(&about, answer)| LostAnswer {
            about,
            said: answer.said,
            serial: answer.serial,
        });
        in_doubt.collect()
    }

    /// The database knows of it: the entry may go.
    pub fn marked(&self, lost: LostAnswer<K, V>) {
        self.lock().forget(&lost);
    }

    /// The database does not know of it yet; to be told, or tried again.
    pub fn not_marked(&self, lost: LostAnswer<K, V>) {
        self.lock().lose(lost);
        self.inner.lost.notify_one();
        self.inner.settled.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State<K, V>> {
        self.inner
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Key, V: Copy> State<K, V> {
    fn is_latest(&self, answer: &LostAnswer<K, V>) -> bool {
        self.latest
            .get(&answer.about)
            .is_some_and(|latest| latest.serial == answer.serial)
    }

    fn forget(&mut self, answer: &LostAnswer<K, V>) {
        if self.is_latest(answer) {
            self.latest.remove(&answer.about);
        }
    }

    fn lose(&mut self, answer: LostAnswer<K, V>) {
        if let Some(latest) = self.latest.get_mut(&answer.about)
            && latest.serial == answer.serial
        {
            latest.is_lost = true;
        }
        self.unmarked.push_back(answer);
    }
}

/// Goes with an answer to the place where it is written. Dropped without
/// [`delivered`](Self::delivered), the answer counts as lost.
pub trait AnswerReceipt {
    /// The last byte of the answer was written to a connection whose client was there.
    fn delivered(self: Box<Self>);
}

/// The receipt of an answer that may be given again.
pub struct Receipt<K: Key = SessionId, V: Copy = u64> {
    answers: Option<Answers<K, V>>,
    answer: LostAnswer<K, V>,
}

impl<K: Key, V: Copy> Receipt<K, V> {
    /// For an answer that nothing depends on.
    pub fn of_no_matter(about: K, said: V) -> Self {
        Self {
            answers: None,
            answer: LostAnswer {
                about,
                said,
                serial: 0,
            },
        }
    }

    /// The answer was written to a connection whose client was there.
    pub fn delivered(mut self) {
        if let Some(answers) = self.answers.take() {
            answers.lock().forget(&self.answer);
            answers.inner.settled.notify_waiters();
        }
    }
}

impl<K: Key, V: Copy> AnswerReceipt for Receipt<K, V> {
    fn delivered(self: Box<Self>) {
        Self::delivered(*self);
    }
}

impl<K: Key, V: Copy> Drop for Receipt<K, V> {
    fn drop(&mut self) {
        if let Some(answers) = self.answers.take() {
            answers.not_marked(self.answer);
        }
    }
}

impl<K: Key, V: Copy> std::fmt::Debug for Receipt<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Receipt")
    }
}

impl<K: Key, V: Copy> std::fmt::Debug for Answers<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answers")
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Answers, Fate, SessionId};

    const SESSION: SessionId = SessionId(7);

    #[test]
    fn an_answer_may_be_lost_until_it_is_delivered() {
        let answers: Answers = Answers::default();
        assert!(!answers.may_be_lost(SESSION));
        let receipt = answers.open(SESSION, 10);
        assert!(answers.may_be_lost(SESSION));
        receipt.delivered();
        assert!(!answers.may_be_lost(SESSION));
        assert!(answers.take_lost().is_empty());
    }

    #[test]
    fn a_lost_answer_stays_suspect_until_the_database_knows() {
        let answers: Answers = Answers::default();
        drop(answers.open(SESSION, 10));
        let lost = answers.take_lost();
        assert_eq!(lost.len(), 1);
        assert_eq!((lost[0].about, lost[0].said), (SESSION, 10));
        assert!(answers.may_be_lost(SESSION));
        answers.not_marked(lost[0]);
        assert_eq!(answers.take_lost(), lost);
        answers.marked(lost[0]);
        assert!(!answers.may_be_lost(SESSION));
    }

    #[test]
    fn a_request_that_began_before_the_last_answer_was_overtaken() {
        let answers: Answers = Answers::default();
        let before = Instant::now();
        assert!(!answers.given_since(SESSION, before));
        answers.open(SESSION, 10).delivered();
        assert!(answers.given_since(SESSION, before));
        assert!(!answers.given_since(SESSION, Instant::now()));
    }

    #[test]
    fn a_late_loss_does_not_spoil_the_answer_after_it() {
        let answers: Answers = Answers::default();
        let first = answers.open(SESSION, 10);
        let second = answers.open(SESSION, 10);
        drop(first);
        let lost = answers.take_lost();
        second.delivered();
        assert!(!answers.may_be_lost(SESSION));
        assert!(!answers.matters(&lost[0]));
    }

    #[tokio::test]
    async fn whoever_asks_for_an_answers_fate_waits_for_it_within_bounds() {
        let answers: Answers = Answers::default();
        let soon = Duration::from_millis(10);
        assert_eq!(answers.fate(SESSION, soon).await, Fate::Settled);
        let receipt = answers.open(SESSION, 10);
        assert_eq!(answers.fate(SESSION, soon).await, Fate::OnItsWay);
        let asking = answers.clone();
        let asked = tokio::spawn(async move { asking.fate(SESSION, Duration::from_mins(1)).await });
        tokio::task::yield_now().await;
        drop(receipt);
        assert_eq!(asked.await.unwrap(), Fate::Lost);
        answers.open(SESSION, 20).delivered();
        assert_eq!(answers.fate(SESSION, soon).await, Fate::Settled);
    }
}
