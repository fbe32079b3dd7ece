//! Addresses that name sessions which do not exist.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use moka::sync::Cache;

/// How many addresses are counted; the least recently used is forgotten first.
const CAPACITY: u64 = 100_000;

/// Counts unknown sessions by address, minute by minute.
pub struct UnknownSessions {
    per_minute: u32,
    counts: Cache<IpAddr, Arc<AtomicU32>>,
}

impl UnknownSessions {
    /// At most `per_minute` from an address; 0 = no limit.
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            counts: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(Duration::from_mins(1))
                .build(),
        }
    }

    /// Whether the address has named as many as it may in this minute.
    pub fn exhausted(&self, address: IpAddr) -> bool {
        self.per_minute > 0
            && self
                .counts
                .get(&super::address_group(address))
                .is_some_and(|count| count.load(Ordering::Relaxed) >= self.per_minute)
    }

    /// Counts one.
    pub fn count(&self, address: IpAddr) {
        self.counts
            .get_with(super::address_group(address), Arc::default)
            .fetch_add(1, Ordering::Relaxed);
    }
}
