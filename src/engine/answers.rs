//! Which answers may not have reached their clients.
//!
//! A client that lost the answer to a chunk sends the chunk again, and the protocol gives it no
//! other way to say so. So the gateway remembers of each session what is known of its last answer:
//! whether it is still on its way, is known to be lost, or was acknowledged by the client's kernel;
//! and on which connection it was given.
//!
//! The same goes for the answers to submissions of faxes, so it is written here once for both: `K`
//! is what an answer is about (a session), `V` is its content (a total).

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use moka::sync::Cache;
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use super::session::SessionId;

/// Keys of which it is remembered when their last answer was given.
const GIVEN: u64 = 100_000;
/// For how long; a request that is longer under way is hardly its client's last.
const GIVEN_FOR: Duration = Duration::from_hours(1);
/// How long an answer that was written is waited for until the client's kernel acknowledges it, when
/// something depends on that. A kernel may put an acknowledgement off for half a second (RFC 1122,
/// 4.2.3.2).
pub(super) const ACKNOWLEDGED_WITHIN: Duration = Duration::from_millis(700);
/// How often is looked whether an answer was acknowledged, while somebody waits for that.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What an answer is about.
pub trait Key: Copy + Eq + Hash + Send + Sync + 'static {}
impl<T: Copy + Eq + Hash + Send + Sync + 'static> Key for T {}

/// A connection of a client, as long as this process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConnectionId(u64);

impl ConnectionId {
    /// One that no other connection has.
    pub fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// What became of the bytes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// They are written, and the client's kernel has not acknowledged them yet.
    Pending,
    /// The client's kernel has them.
    Acknowledged,
    /// The connection broke, or cannot be looked at.
    Lost,
}

/// Says what became of an answer that was written, whenever it is asked.
pub trait Evidence: Send + Sync {
    /// What is known now.
    fn look(&self) -> Delivery;
}

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
/// Bounded by the connections and the sessions written to: an entry goes when its answer is known
/// to be delivered, which is asked at the latest when its connection ends; when the database has
/// taken note that it was lost; or when the next answer about the same takes its place.
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
    // When the last answer about a key was given, and on which connection.
    given: Cache<K, (Instant, Option<ConnectionId>)>,
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
    state: Progress,
}

#[derive(Clone)]
enum Progress {
    OnItsWay,
    Written(Arc<dyn Evidence>),
    Lost,
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
    /// Notes that an answer is on its way to its client. Until it is known that it was delivered,
    /// it may be lost.
    pub fn open(&self, about: K, said: V) -> Receipt<K, V> {
        self.open_on(None, about, said)
    }

    /// As [`open`](Self::open), on a connection that is its client's own.
    pub fn open_on(&self, connection: Option<ConnectionId>, about: K, said: V) -> Receipt<K, V> {
        let mut state = self.lock();
        let serial = state.next_serial;
        state.next_serial += 1;
        let answer = Answer {
            said,
            serial,
            state: Progress::OnItsWay,
        };
        let before = state.latest.insert(about, answer);
        drop(state);
        // Its evidence may be the last that holds a connection, whose end is told here.
        drop(before);
        self.inner.given.insert(about, (Instant::now(), connection));
        Receipt {
            answers: Some(self.clone()),
            answer: LostAnswer {
                about,
                said,
                serial,
            },
        }
    }

    /// What becomes of the last answer about this, if it is not on its way for longer than
    /// `within`.
    pub async fn fate(&self, about: K, within: Duration) -> Fate {
        let waiting = async {
            loop {
                let settled = self.inner.settled.notified();
                match self.fate_now(about) {
                    // Nobody tells of an acknowledgement.
                    Fate::OnItsWay => drop(timeout(LOOK_EVERY, settled).await),
                    known => return known,
                }
            }
        };
        timeout(within, waiting).await.unwrap_or(Fate::OnItsWay)
    }

    /// What is known now of the last answer about this.
    pub fn fate_now(&self, about: K) -> Fate {
        let state = self.lock();
        let Some(answer) = state.latest.get(&about) else {
            return Fate::Settled;
        };
        let (serial, progress) = (answer.serial, answer.state.clone());
        drop(state);
        match progress {
            Progress::OnItsWay => Fate::OnItsWay,
            Progress::Lost => Fate::Lost,
            Progress::Written(evidence) => match evidence.look() {
                Delivery::Pending => Fate::OnItsWay,
                Delivery::Lost => Fate::Lost,
                Delivery::Acknowledged => {
                    self.forget(about, serial);
                    Fate::Settled
                }
            },
        }
    }

    /// The connection on which the last answer about this was given, if it is known to be its
    /// client's own.
    pub fn given_on(&self, about: K) -> Option<ConnectionId> {
        let (_, connection) = self.inner.given.get(&about)?;
        connection
    }

    /// Whether an answer about this was given after `begun`. A client that waits for each answer
    /// before it sends its next request cannot have begun a request before that: its own later
    /// request has overtaken this one.
    pub fn given_since(&self, about: K, begun: Instant) -> bool {
        self.inner
            .given
            .get(&about)
            .is_some_and(|(given, _)| given > begun)
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

    /// All answers that are not known to be delivered, when nothing more is written. Those that
    /// were written are waited for: their clients' kernels may acknowledge them a moment later.
    pub async fn in_doubt(&self) -> Vec<LostAnswer<K, V>> {
        let deadline = Instant::now() + ACKNOWLEDGED_WITHIN;
        loop {
            let all: Vec<K> = self.lock().latest.keys().copied().collect();
            let pending = all
                .into_iter()
                .filter(|about| self.fate_now(*about) == Fate::OnItsWay);
            if pending.count() == 0 || Instant::now() >= deadline {
                break;
            }
            sleep(LOOK_EVERY).await;
        }
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
        self.forget(lost.about, lost.serial);
    }

    /// The database does not know of it yet; to be told, or tried again.
    pub fn not_marked(&self, lost: LostAnswer<K, V>) {
        let evidence = self.lock().lose(lost);
        drop(evidence);
        self.inner.lost.notify_one();
        self.inner.settled.notify_waiters();
    }

    /// An answer is of no interest any more, unless it is the last one no longer.
    fn forget(&self, about: K, serial: u64) {
        let mut state = self.lock();
        let is_latest = state
            .latest
            .get(&about)
            .is_some_and(|latest| latest.serial == serial);
        let forgotten = is_latest.then(|| state.latest.remove(&about));
        drop(state);
        drop(forgotten);
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

    /// Returns what was held of the answer, to be dropped without the lock.
    fn lose(&mut self, answer: LostAnswer<K, V>) -> Option<Progress> {
        self.unmarked.push_back(answer);
        let latest = self.latest.get_mut(&answer.about)?;
        (latest.serial == answer.serial)
            .then(|| std::mem::replace(&mut latest.state, Progress::Lost))
    }
}

/// Goes with an answer to the connection that carries it. Dropped without
/// [`delivered`](Self::delivered), the answer counts as lost.
pub trait AnswerReceipt: Send {
    /// The last byte of the answer was written, and `evidence` says from now on what became of it.
    fn written(&mut self, evidence: Arc<dyn Evidence>);

    /// The client has the answer.
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

    /// The client has the answer.
    pub fn delivered(mut self) {
        if let Some(answers) = self.answers.take() {
            answers.forget(self.answer.about, self.answer.serial);
            answers.inner.settled.notify_waiters();
        }
    }
}

impl<K: Key, V: Copy + Send> AnswerReceipt for Receipt<K, V> {
    fn written(&mut self, evidence: Arc<dyn Evidence>) {
        let Some(answers) = &self.answers else { return };
        if let Some(latest) = answers.lock().latest.get_mut(&self.answer.about)
            && latest.serial == self.answer.serial
        {
            latest.state = Progress::Written(evidence);
        }
    }

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
    use std::{
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
        time::{Duration, Instant},
    };

    use tokio::time::sleep;

    use super::{
        AnswerReceipt, Answers, ConnectionId, Delivery, Evidence, Fate, Receipt, SessionId,
    };

    const SESSION: SessionId = SessionId(7);

    fn fate(answers: &Answers) -> Fate {
        answers.fate_now(SESSION)
    }

    /// Acknowledged when a test says so.
    #[derive(Default)]
    struct Wire(AtomicBool);

    impl Evidence for Wire {
        fn look(&self) -> Delivery {
            if self.0.load(Ordering::Relaxed) {
                Delivery::Acknowledged
            } else {
                Delivery::Pending
            }
        }
    }

    fn write(receipt: &mut Receipt) -> Arc<Wire> {
        let wire = Arc::new(Wire::default());
        receipt.written(Arc::clone(&wire) as Arc<dyn Evidence>);
        wire
    }

    #[test]
    fn an_answer_may_be_lost_until_it_is_delivered() {
        let answers: Answers = Answers::default();
        assert_eq!(fate(&answers), Fate::Settled);
        let receipt = answers.open(SESSION, 10);
        assert_eq!(fate(&answers), Fate::OnItsWay);
        receipt.delivered();
        assert_eq!(fate(&answers), Fate::Settled);
        assert!(answers.take_lost().is_empty());
    }

    #[tokio::test]
    async fn a_written_answer_may_be_lost_until_it_is_acknowledged() {
        let answers: Answers = Answers::default();
        let mut receipt = answers.open(SESSION, 10);
        let wire = write(&mut receipt);
        assert_eq!(fate(&answers), Fate::OnItsWay);
        assert_eq!(answers.in_doubt().await.len(), 1);
        let acknowledging = async {
            sleep(Duration::from_millis(50)).await;
            wire.0.store(true, Ordering::Relaxed);
        };
        let (in_doubt, ()) = tokio::join!(answers.in_doubt(), acknowledging);
        assert!(in_doubt.is_empty());
        assert_eq!(fate(&answers), Fate::Settled);
        // The connection breaks later: what was known before holds.
        drop(receipt);
        let lost = answers.take_lost();
        assert!(!answers.matters(&lost[0]));
        assert_eq!(fate(&answers), Fate::Settled);
    }

    #[test]
    fn the_connection_of_the_last_answer_is_remembered() {
        let answers: Answers = Answers::default();
        let own = ConnectionId::next();
        answers.open_on(Some(own), SESSION, 10).delivered();
        assert_eq!(answers.given_on(SESSION), Some(own));
        answers.open(SESSION, 10).delivered();
        assert_eq!(answers.given_on(SESSION), None);
    }

    #[test]
    fn a_lost_answer_stays_suspect_until_the_database_knows() {
        let answers: Answers = Answers::default();
        drop(answers.open(SESSION, 10));
        let lost = answers.take_lost();
        assert_eq!(lost.len(), 1);
        assert_eq!((lost[0].about, lost[0].said), (SESSION, 10));
        assert_eq!(fate(&answers), Fate::Lost);
        answers.not_marked(lost[0]);
        assert_eq!(answers.take_lost(), lost);
        answers.marked(lost[0]);
        assert_eq!(fate(&answers), Fate::Settled);
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
        assert_eq!(fate(&answers), Fate::Settled);
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
