//! Slowing down guesses of passwords without holding a request or a lock.

use std::{
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use moka::sync::Cache;

use super::{address_group, neighbourhood, turns::Standing};

/// How many pairs of account and address are remembered, and how many addresses; the least recently
/// used is forgotten first.
const CAPACITY: u64 = 100_000;
/// How long a log-in counts as one made lately: clients that send a fax a week are known.
const KNOWN_FOR: Duration = Duration::from_hours(7 * 24);

/// When guesses are slowed down.
#[derive(Clone, Copy, Debug)]
pub struct ThrottleSettings {
    /// So many failures of an account from one address are free within the window.
    pub failures: u32,
    /// So many of all accounts from one address are free within the window.
    pub failures_of_address: u32,
    /// The window.
    pub window: Duration,
    /// Pauses go 1, 2, 4 … seconds, and no further than this.
    pub max_delay: Duration,
}

/// Failed log-ins by account and address, and by address alone, for those who try one password on
/// many accounts.
///
/// Many users may share an address. What those do who have logged in from there lately is not counted
/// for the address, and they are not slowed down by what others do there.
pub struct Throttle {
    settings: ThrottleSettings,
    failures: Cache<Pair, Arc<Mutex<Failures>>>,
    of_address: Cache<IpAddr, Arc<Mutex<AddressFailures>>>,
    known_pairs: Cache<Pair, ()>,
    known_addresses: Cache<IpAddr, ()>,
}

type Pair = (String, IpAddr);

struct Failures {
    count: u32,
    since: Instant,
    blocked_until: Option<Instant>,
}

/// A bucket: each failure fills a part of it, and it takes the window to run empty.
struct AddressFailures {
    empty_at: Instant,
    last: Instant,
}

impl Throttle {
    /// Nobody has failed yet.
    pub fn new(settings: ThrottleSettings) -> Self {
        Self {
            settings,
            failures: remembering(settings.window + settings.max_delay),
            of_address: remembering(settings.window),
            known_pairs: remembering(KNOWN_FOR),
            known_addresses: remembering(KNOWN_FOR),
        }
    }

    /// What is known of this address.
    pub fn standing(&self, address: IpAddr, now: Instant) -> Standing {
        if self.known_addresses.contains_key(&address_group(address)) {
            return Standing::Known;
        }
        let failures = self.of_address.get(&neighbourhood(address));
        let failed_lately = failures.is_some_and(|failures| {
            let last = failures.lock().unwrap_or_else(PoisonError::into_inner).last;
            now.saturating_duration_since(last) < self.settings.window
        });
        if failed_lately {
            Standing::Failing
        } else {
            Standing::New
        }
    }

    /// Whether attempts on this account from this address are refused unseen at `now`.
    pub fn blocks(&self, account: &str, address: IpAddr, now: Instant) -> bool {
        let pair = Self::pair(account, address);
        let pauses = self.failures.get(&pair).is_some_and(|entry| {
            let entry = entry.lock().unwrap_or_else(PoisonError::into_inner);
            entry.blocked_until.is_some_and(|until| now < until)
        });
        // Asking keeps an entry from being forgotten.
        let known = self.known_pairs.get(&pair).is_some();
        pauses || (!known && self.address_is_blocked(address, now))
    }

    fn address_is_blocked(&self, address: IpAddr, now: Instant) -> bool {
        let failures = self.of_address.get(&neighbourhood(address));
        failures.is_some_and(|failures| {
            let failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
            let fill = failures.empty_at.saturating_duration_since(now);
            fill + self.part_of_a_failure() > self.settings.window
        })
    }

    fn part_of_a_failure(&self) -> Duration {
        self.settings.window / self.settings.failures_of_address.max(1)
    }

    /// Notes a wrong password.
    pub fn failed(&self, account: &str, address: IpAddr, now: Instant) {
        let pair = Self::pair(account, address);
        if !self.known_pairs.contains_key(&pair) {
            self.address_failed(address, now);
        }
        let entry = self.failures.get_with(pair, || {
            Arc::new(Mutex::new(Failures {
                count: 0,
                since: now,
                blocked_until: None,
            }))
        });
        let mut entry = entry.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet_since = entry.blocked_until.unwrap_or(entry.since);
        if now.saturating_duration_since(quiet_since) > self.settings.window {
            entry.count = 0;
            entry.since = now;
            entry.blocked_until = None;
        }
        entry.count += 1;
        if let Some(beyond) = entry.count.checked_sub(self.settings.failures) {
            let pause = Duration::from_secs(1_u64 << beyond.min(16)).min(self.settings.max_delay);
            entry.blocked_until = Some(now + pause);
        }
    }

    fn address_failed(&self, address: IpAddr, now: Instant) {
        let failures = self.of_address.get_with(neighbourhood(address), || {
            Arc::new(Mutex::new(AddressFailures {
                empty_at: now,
                last: now,
            }))
        });
        let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
        // No more than full, however many were under way at once.
        let filled = failures.empty_at.max(now) + self.part_of_a_failure();
        failures.empty_at = filled.min(now + self.settings.window);
        failures.last = now;
    }

    /// Forgets the account's failures after a right password. Those of the address remain: whoever has
    /// an account may guess at others'.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        let pair = Self::pair(account, address);
        self.failures.invalidate(&pair);
        self.known_pairs.insert(pair, ());
        self.known_addresses.insert(address_group(address), ());
    }

    // One host of IPv6 has a whole /64 to guess from.
    fn pair(account: &str, address: IpAddr) -> Pair {
        (account.to_owned(), address_group(address))
    }
}

/// What nobody has asked for that long is forgotten.
fn remembering<K, V>(idle: Duration) -> Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder()
        .max_capacity(CAPACITY)
        .time_to_idle(idle)
        .build()
}

#[cfg(test)]
mod tests {
    use std::{
        net::{IpAddr, Ipv4Addr},
        time::{Duration, Instant},
    };

    use super::{Standing, Throttle, ThrottleSettings};

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn throttle() -> Throttle {
        Throttle::new(ThrottleSettings {
            failures: 5,
            failures_of_address: 50,
            window: Duration::from_mins(5),
            max_delay: Duration::from_mins(1),
        })
    }

    #[test]
    fn pauses_double_from_the_fifth_failure_to_the_maximum() {
        let throttle = throttle();
        let mut now = Instant::now();
        for _ in 0..4 {
            throttle.failed("ann", HERE, now);
            assert!(!throttle.blocks("ann", HERE, now));
        }
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            throttle.failed("ann", HERE, now);
            let pause = Duration::from_secs(seconds);
            assert!(throttle.blocks(
                "ann",
                HERE,
                now + pause.checked_sub(Duration::from_millis(1)).unwrap()
            ));
            now += pause;
            assert!(!throttle.blocks("ann", HERE, now), "after {seconds} s");
        }
    }

    #[test]
    fn others_are_not_slowed_down() {
        let throttle = throttle();
        let now = Instant::now();
        for _ in 0..5 {
            throttle.failed("ann", HERE, now);
        }
        assert!(throttle.blocks("ann", HERE, now));
        assert!(!throttle.blocks("bob", HERE, now));
        assert!(!throttle.blocks("ann", IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), now));
    }

    #[test]
    fn old_failures_and_a_success_are_forgotten() {
        let throttle = throttle();
        let now = Instant::now();
        for _ in 0..4 {
            throttle.failed("ann", HERE, now);
        }
        let later = now + Duration::from_secs(301);
        throttle.failed("ann", HERE, later);
        assert!(!throttle.blocks("ann", HERE, later));
        for _ in 0..4 {
            throttle.failed("ann", HERE, later);
        }
        assert!(throttle.blocks("ann", HERE, later));
        throttle.succeeded("ann", HERE);
        assert!(!throttle.blocks("ann", HERE, later));
    }

    /// Tries so many accounts at once, and returns how many passwords were looked at.
    fn guess(throttle: &Throttle, from: IpAddr, accounts: u32, now: Instant) -> u32 {
        let mut looked_at = 0;
        for account in 0..accounts {
            let account = format!("{account} at {now:?}");
            if !throttle.blocks(&account, from, now) {
                throttle.failed(&account, from, now);
                looked_at += 1;
            }
        }
        looked_at
    }

    #[test]
    fn an_address_has_few_guesses_at_many_accounts() {
        let throttle = throttle();
        let mut now = Instant::now();
        assert_eq!(guess(&throttle, HERE, 1000, now), 50);
        now += Duration::from_secs(5);
        assert_eq!(guess(&throttle, HERE, 1000, now), 0);
        for _ in 0..5 {
            now += Duration::from_mins(1);
            assert_eq!(guess(&throttle, HERE, 1000, now), 10);
        }
        let elsewhere = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
        assert!(!throttle.blocks("ann", elsewhere, now));
        // A right password gives no new guesses.
        throttle.succeeded("own", HERE);
        assert_eq!(guess(&throttle, HERE, 1000, now), 0);
    }

    #[test]
    fn a_customer_of_ipv6_has_one_address() {
        let throttle = throttle();
        let now = Instant::now();
        let looked_at = (0..100).map(|net| {
            let address = format!("2001:db8:1:{net:x}::1").parse().unwrap();
            guess(&throttle, address, 10, now)
        });
        assert_eq!(looked_at.sum::<u32>(), 50);
        let other = "2001:db8:2::1".parse().unwrap();
        assert_eq!(guess(&throttle, other, 1, now), 1);
    }

    #[test]
    fn users_who_are_known_at_an_address_are_not_slowed_down_by_others_there() {
        let throttle = throttle();
        let now = Instant::now();
        throttle.succeeded("ann", HERE);
        guess(&throttle, HERE, 1000, now);
        assert!(!throttle.blocks("ann", HERE, now));
        assert!(throttle.blocks("bob", HERE, now));
        assert!(throttle.blocks("bob", HERE, now + Duration::from_secs(5)));
        assert!(!throttle.blocks("bob", HERE, now + Duration::from_secs(7)));
        for _ in 0..5 {
            throttle.failed("ann", HERE, now);
        }
        assert!(throttle.blocks("ann", HERE, now));
    }

    #[test]
    fn many_users_who_forget_their_passwords_slow_down_nobody_else_there() {
        let throttle = throttle();
        let now = Instant::now();
        for user in 0..100 {
            let user = user.to_string();
            throttle.succeeded(&user, HERE);
            for _ in 0..5 {
                throttle.failed(&user, HERE, now);
            }
        }
        assert!(!throttle.blocks("new", HERE, now));
    }

    #[test]
    fn addresses_are_known_by_their_log_ins() {
        let throttle = throttle();
        let now = Instant::now();
        let later = now + Duration::from_secs(299);
        assert_eq!(throttle.standing(HERE, now), Standing::New);
        throttle.failed("ann", HERE, now);
        assert_eq!(throttle.standing(HERE, later), Standing::Failing);
        let much_later = now + Duration::from_mins(5);
        assert_eq!(throttle.standing(HERE, much_later), Standing::New);
        throttle.succeeded("ann", HERE);
        assert_eq!(throttle.standing(HERE, now), Standing::Known);
    }
}
