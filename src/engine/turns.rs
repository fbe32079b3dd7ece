//! Who is next to have a password checked.
//!
//! A check takes a processor and `accounts.hash_memory`, so few run at once and the others wait. No
//! guesser, however many connections or addresses it has, may make a user wait for long: those who
//! wait stand in three lines (`Standing`), and in each line the addresses take turns.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::oneshot,
    time::{error::Elapsed, timeout},
};

/// How many passwords are checked at once.
const AT_ONCE: usize = 2;
/// How long a log-in waits for its turn, so that its client gets an answer while it still listens.
const WAIT: Duration = Duration::from_secs(10);
/// How many log-ins of one address wait in a line: as many users behind one address as get a turn
/// within a second or two.
const FROM_ONE_ADDRESS: usize = 16;
/// How many wait in a line: more than get a turn within `WAIT`.
const IN_ONE_LINE: usize = 512;
/// One turn in so many goes to the last line that has anybody, so that no line waits for ever.
const FOR_THE_LAST_LINE: u32 = 4;

/// What is known of an address; earlier ones are served before later ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Somebody logged in from there lately.
    Known,
    /// Nobody has logged in from there lately, or tried to.
    New,
    /// There were wrong passwords lately.
    Failing,
}

const LINES: usize = 3;

/// The turns to check a password.
#[derive(Clone)]
pub struct Turns {
    state: Arc<Mutex<State>>,
    wait: Duration,
}

struct State {
    // While a turn is free, nobody waits.
    free: usize,
    queue: Queue<Waiting>,
    next_ticket: u64,
}

struct Waiting {
    ticket: u64,
    turn: oneshot::Sender<Turn>,
}

/// The right to check one password now; given on to the next one when it is dropped.
pub struct Turn {
    turns: Turns,
}

impl Turns {
    /// All of them are free.
    pub fn new() -> Self {
        Self::waiting_for(WAIT)
    }

    fn waiting_for(wait: Duration) -> Self {
        Self {
            wait,
            state: Arc::new(Mutex::new(State {
                free: AT_ONCE,
                queue: Queue::default(),
                next_ticket: 0,
            })),
        }
    }

    /// A turn for this address (see [`super::neighbourhood`]), as soon as it has one; `None` if too
    /// many wait.
    pub async fn take(&self, standing: Standing, address: IpAddr) -> Option<Turn> {
        let (ticket, turn) = {
            let mut state = self.state();
            if state.free > 0 {
                state.free -= 1;
                return Some(Turn {
                    turns: self.clone(),
                });
            }
            let ticket = state.next_ticket;
            state.next_ticket += 1;
            let (sender, receiver) = oneshot::channel();
            let waiting = Waiting {
                ticket,
                turn: sender,
            };
            if !state.queue.push(standing, address, waiting) {
                return None;
            }
            (ticket, receiver)
        };
        let _place = Place {
            turns: self,
            standing,
            address,
            ticket,
        };
        let turn: Result<_, Elapsed> = timeout(self.wait, turn).await;
        // Without a turn its place went to another address.
        turn.ok()?.ok()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.turns.state();
        let next = state.queue.pop();
        if next.is_none() {
            state.free += 1;
        }
        drop(state);
        if let Some(next) = next {
            // Whoever has gone meanwhile drops it, and so gives it on.
            drop(next.turn.send(Self {
                turns: self.turns.clone(),
            }));
        }
    }
}

/// Leaves the queue when it is dropped, for whatever reason.
struct Place<'a> {
    turns: &'a Turns,
    standing: Standing,
    address: IpAddr,
    ticket: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.turns.state();
        let ticket = self.ticket;
        let left = state.queue.remove(self.standing, self.address, |waiting| {
            waiting.ticket == ticket
        });
        drop(state);
        drop(left);
    }
}

/// The three lines.
struct Queue<T> {
    lines: [Line<T>; LINES],
    turns: u32,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            lines: std::array::from_fn(|_| Line {
                rounds: VecDeque::new(),
                waiting: HashMap::new(),
                length: 0,
            }),
            turns: 0,
        }
    }
}

impl<T> Queue<T> {
    /// Whether there was a place.
    fn push(&mut self, standing: Standing, address: IpAddr, waiting: T) -> bool {
        self.lines[standing as usize].push(address, waiting)
    }

    fn pop(&mut self) -> Option<T> {
        self.turns = self.turns.wrapping_add(1);
        if self.turns.is_multiple_of(FOR_THE_LAST_LINE) {
            self.lines.iter_mut().rev().find_map(Line::pop)
        } else {
            self.lines.iter_mut().find_map(Line::pop)
        }
    }

    fn remove(
        &mut self,
        standing: Standing,
        address: IpAddr,
        is_it: impl Fn(&T) -> bool,
    ) -> Option<T> {
        self.lines[standing as usize].remove(address, is_it)
    }
}

/// A line in which addresses take turns.
struct Line<T> {
    // Each address that has somebody waiting, once; the first one is next.
    rounds: VecDeque<IpAddr>,
    waiting: HashMap<IpAddr, VecDeque<T>>,
    length: usize,
}

impl<T> Line<T> {
    fn push(&mut self, address: IpAddr, waiting: T) -> bool {
        let own = self.waiting.get(&address).map_or(0, VecDeque::len);
        if own >= FROM_ONE_ADDRESS
            || (self.length >= IN_ONE_LINE && !self.make_room_for_one_with(own))
        {
            return false;
        }
        let of_address = self.waiting.entry(address).or_default();
        if of_address.is_empty() {
            self.rounds.push_back(address);
        }
        of_address.push_back(waiting);
        self.length += 1;
        true
    }

    /// The address that has most gives up its last place, if it has at least two more than the one
    /// that asks.
    fn make_room_for_one_with(&mut self, own: usize) -> bool {
        let longest = self.waiting.values_mut().max_by_key(|all| all.len());
        let gives_way = longest
            .filter(|all| all.len() > own + 1)
            .and_then(VecDeque::pop_back);
        if gives_way.is_some() {
            self.length -= 1;
        }
        gives_way.is_some()
    }

    fn pop(&mut self) -> Option<T> {
        let address = self.rounds.pop_front()?;
        let of_address = self.waiting.get_mut(&address)?;
        let next = of_address.pop_front();
        if of_address.is_empty() {
            self.waiting.remove(&address);
        } else {
            self.rounds.push_back(address);
        }
        self.length -= 1;
        next
    }

    fn remove(&mut self, address: IpAddr, is_it: impl Fn(&T) -> bool) -> Option<T> {
        let of_address = self.waiting.get_mut(&address)?;
        let at = of_address.iter().position(is_it)?;
        let removed = of_address.remove(at);
        if of_address.is_empty() {
            self.waiting.remove(&address);
            self.rounds.retain(|other| *other != address);
        }
        self.length -= 1;
        removed
    }
}

#[cfg(test)]
mod tests {
    use std::{
        net::{IpAddr, Ipv4Addr},
        time::Duration,
    };

    use super::{
        AT_ONCE, FROM_ONE_ADDRESS, IN_ONE_LINE, Queue,
        Standing::{Failing, Known, New},
        Turns,
    };

    fn address(number: usize) -> IpAddr {
        Ipv4Addr::from_bits(u32::try_from(number).unwrap()).into()
    }

    fn all(mut queue: Queue<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn addresses_take_turns() {
        let mut queue = Queue::default();
        for (of, what) in [
            (1, "a1"),
            (1, "a2"),
            (1, "a3"),
            (2, "b1"),
            (3, "c1"),
            (3, "c2"),
        ] {
            assert!(queue.push(New, address(of), what));
        }
        assert_eq!(all(queue), ["a1", "b1", "c1", "a2", "c2", "a3"]);
    }

    #[test]
    fn known_addresses_come_first_and_failing_ones_last_but_for_one_turn_in_four() {
        let mut queue = Queue::default();
        for what in ["f1", "f2", "f3"] {
            assert!(queue.push(Failing, address(1), what));
        }
        for what in ["n1", "n2"] {
            assert!(queue.push(New, address(2), what));
        }
        for what in ["k1", "k2", "k3", "k4"] {
            assert!(queue.push(Known, address(3), what));
        }
        assert_eq!(
            all(queue),
            ["k1", "k2", "k3", "f1", "k4", "n1", "n2", "f2", "f3"]
        );
    }

    #[test]
    fn one_address_has_a_limit() {
        let mut queue = Queue::default();
        for _ in 0..FROM_ONE_ADDRESS {
            assert!(queue.push(New, address(1), ()));
        }
        assert!(!queue.push(New, address(1), ()));
        assert!(queue.push(New, address(2), ()));
    }

    #[test]
    fn in_a_full_line_the_address_with_most_gives_way() {
        let mut queue = Queue::default();
        for number in 0..IN_ONE_LINE {
            assert!(queue.push(New, address(number / FROM_ONE_ADDRESS), number));
        }
        assert!(queue.push(New, address(999), IN_ONE_LINE));
        assert_eq!(queue.lines[New as usize].length, IN_ONE_LINE);
        assert!(queue.push(Known, address(999), IN_ONE_LINE));
        let mut even = Queue::default();
        for number in 0..IN_ONE_LINE {
            assert!(even.push(New, address(number), number));
        }
        assert!(!even.push(New, address(999), IN_ONE_LINE));
        assert!(!even.push(New, address(1), IN_ONE_LINE));
    }

    #[test]
    fn whoever_leaves_is_forgotten() {
        let mut queue = Queue::default();
        for what in ["a", "b"] {
            assert!(queue.push(New, address(1), what));
        }
        assert_eq!(queue.remove(New, address(1), |it| *it == "a"), Some("a"));
        assert_eq!(queue.remove(New, address(1), |it| *it == "a"), None);
        assert_eq!(queue.remove(New, address(1), |it| *it == "b"), Some("b"));
        let line = &queue.lines[New as usize];
        assert!(line.rounds.is_empty() && line.waiting.is_empty() && line.length == 0);
    }

    fn is_free(turns: &Turns) -> bool {
        let state = turns.state();
        state.free == AT_ONCE && state.queue.lines.iter().all(|line| line.length == 0)
    }

    #[tokio::test]
    async fn a_turn_is_given_on_and_never_lost() {
        let turns = Turns::new();
        let mut held = Vec::new();
        for _ in 0..AT_ONCE {
            held.push(turns.take(New, address(1)).await.unwrap());
        }
        let wait = |standing, of| {
            let turns = turns.clone();
            tokio::spawn(async move { turns.take(standing, address(of)).await.is_some() })
        };
        let stranger = wait(New, 1);
        tokio::task::yield_now().await;
        let known = wait(Known, 2);
        tokio::task::yield_now().await;
        // The one gives its turn back when it is done, and so the other gets it.
        held.pop();
        assert!(known.await.unwrap());
        assert!(stranger.await.unwrap());
        // Whoever gave up while a turn was on its way leaves it to others.
        held.push(turns.take(New, address(1)).await.unwrap());
        let gone = wait(New, 3);
        tokio::task::yield_now().await;
        held.clear();
        gone.abort();
        let _ = gone.await;
        assert!(is_free(&turns));
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let turns = Turns::waiting_for(Duration::from_millis(20));
        let mut held = Vec::new();
        for _ in 0..AT_ONCE {
            held.push(turns.take(Known, address(1)).await.unwrap());
        }
        assert!(turns.take(Known, address(2)).await.is_none());
        held.clear();
        assert!(is_free(&turns));
    }
}
