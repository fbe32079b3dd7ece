//! How many of something one address may have at once.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::engine::address_group;

/// Counts by address, so that a few addresses cannot take everything. Only addresses that have
/// something are remembered, so the table is never larger than what is counted.
#[derive(Clone)]
pub struct PerAddress {
    total: usize,
    limit: usize,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Default)]
struct Counts {
    by_address: HashMap<IpAddr, usize>,
    taken: usize,
}

impl PerAddress {
    /// At most `total` in all, and `limit` for an address; an IPv6 /64 is one.
    pub fn new(total: usize, limit: usize) -> Self {
        Self {
            total,
            limit,
            counts: Arc::default(),
        }
    }

    /// One more for `address`; none if it has all it may have.
    pub fn take(&self, address: IpAddr) -> Option<Share> {
        let address = address_group(address);
        let mut counts = self.lock();
        if !self.may_take(&counts, address) {
            return None;
        }
        *counts.by_address.entry(address).or_default() += 1;
        counts.taken += 1;
        Some(Share {
            address,
            of: self.clone(),
        })
    }

    /// Whether `address` has all it may have.
    pub fn is_full(&self, address: IpAddr) -> bool {
        !self.may_take(&self.lock(), address_group(address))
    }

    /// How many are taken in all.
    pub fn taken(&self) -> usize {
        self.lock().taken
    }

    /// What one address may have shrinks as places fill: to less than twice of what is left. So a
    /// single one gets two thirds at most, the next one two thirds of the rest, and the last
    /// places are for addresses that have none.
    fn may_take(&self, counts: &Counts, address: IpAddr) -> bool {
        let own = counts.by_address.get(&address).copied().unwrap_or(0);
        let free = self.total.saturating_sub(counts.taken);
        free > 0 && own < self.limit && own < free.saturating_mul(2)
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        // Nothing that is done under the lock can stop half-way.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of what is counted, until it is dropped.
pub struct Share {
    address: IpAddr,
    of: PerAddress,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut counts = self.of.lock();
        counts.taken -= 1;
        if let Entry::Occupied(mut count) = counts.by_address.entry(self.address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::PerAddress;

    #[test]
    fn an_address_that_has_all_leaves_the_others_theirs() {
        let [one, neighbour, other]: [IpAddr; 3] =
            ["2001:db8::1", "2001:db8::2", "192.0.2.1"].map(|address| address.parse().unwrap());
        let places = PerAddress::new(100, 2);
        let first = places.take(one);
        let second = places.take(neighbour);
        assert!(first.is_some() && second.is_some());
        assert!(places.is_full(one) && places.take(one).is_none());
        assert!(!places.is_full(other) && places.take(other).is_some());
        drop(first);
        assert!(places.take(neighbour).is_some());
        drop(second);
        assert!(places.lock().by_address.is_empty());
        assert_eq!(places.taken(), 0);
    }

    #[test]
    fn a_few_addresses_cannot_take_everything() {
        let places = PerAddress::new(4096, 2048);
        let mut held = Vec::new();
        let mut taken = Vec::new();
        for last in 1..=4 {
            let greedy = IpAddr::from([192, 0, 2, last]);
            let before = held.len();
            held.extend(std::iter::from_fn(|| places.take(greedy)));
            taken.push(held.len() - before);
            assert!(places.is_full(greedy));
        }
        assert_eq!(taken, [2048, 1366, 455, 152]);
        let other = IpAddr::from([198, 51, 100, 1]);
        assert!(places.take(other).is_some());
        held.clear();
        assert_eq!(places.taken(), 0);
    }

    #[test]
    fn where_there_are_few_one_address_may_have_them_all() {
        let places = PerAddress::new(2, 100);
        let address = IpAddr::from([192, 0, 2, 1]);
        let held = [places.take(address), places.take(address)];
        assert!(held.iter().all(Option::is_some));
        assert!(places.take(address).is_none());
    }
}
