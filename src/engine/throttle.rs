//! Slowing down guesses of passwords without holding a request or a lock.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use moka::sync::Cache;

/// How many pairs of account and address are remembered; the least recently used is forgotten first.
const CAPACITY: u64 = 100_000;

/// When guesses are slowed down.
#[derive(Clone, Copy, Debug)]
pub struct ThrottleSettings {
    /// So many failures within the window are free.
    pub failures: u32,
    /// The window.
    pub window: Duration,
    /// Pauses go 1, 2, 4 … seconds, and no further than this.
    pub max_delay: Duration,
}

/// Failed log-ins by account and address.
pub struct Throttle {
    settings: ThrottleSettings,
    failures: Cache<(String, IpAddr), Arc<Mutex<Failures>>>,
}

struct Failures {
    count: u32,
    since: Instant,
    blocked_until: Option<Instant>,
}

impl Throttle {
    /// Nobody has failed yet.
    pub fn new(settings: ThrottleSettings) -> Self {
        Self {
            settings,
            failures: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_idle(settings.window + settings.max_delay)
                .build(),
        }
    }

    /// Whether attempts on this account from this address are refused unseen at `now`.
    pub fn blocks(&self, account: &str, address: IpAddr, now: Instant) -> bool {
        self.failures
            .get(&Self::pair(account, address))
            .is_some_and(|entry| {
                let entry = entry.lock().unwrap_or_else(PoisonError::into_inner);
                entry.blocked_until.is_some_and(|until| now < until)
            })
    }

    /// Notes a wrong password.
    pub fn failed(&self, account: &str, address: IpAddr, now: Instant) {
        let entry = self.failures.get_with(Self::pair(account, address), || {
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

    /// Forgets failures after a right password.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        self.failures.invalidate(&Self::pair(account, address));
    }

    // One host of IPv6 has a whole /64 to guess from.
    fn pair(account: &str, address: IpAddr) -> (String, IpAddr) {
        (account.to_owned(), crate::engine::address_group(address))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        net::{IpAddr, Ipv4Addr},
        time::{Duration, Instant},
    };

    use super::{Throttle, ThrottleSettings};

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn throttle() -> Throttle {
        Throttle::new(ThrottleSettings {
            failures: 5,
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
}
