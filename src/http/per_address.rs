//! How many of something one address may have at once.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::engine::address_group;

/// Counts by address. Only addresses that have something are remembered, so the table is never
/// larger than what is counted.
#[derive(Clone)]
pub struct PerAddress {
    limit: usize,
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl PerAddress {
    /// At most `limit` for an address; an IPv6 /64 is one.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            counts: Arc::default(),
        }
    }

    /// One more for `address`; none if it has all it may have.
    pub fn take(&self, address: IpAddr) -> Option<Share> {
        let address = address_group(address);
        let mut counts = self.lock();
        let count = counts.entry(address).or_default();
        if *count >= self.limit {
            return None;
        }
        *count += 1;
        Some(Share {
            address,
            of: self.clone(),
        })
    }

    /// Whether `address` has all it may have.
    pub fn is_full(&self, address: IpAddr) -> bool {
        self.lock()
            .get(&address_group(address))
            .is_some_and(|&count| count >= self.limit)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
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
        if let Entry::Occupied(mut count) = self.of.lock().entry(self.address) {
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
        let places = PerAddress::new(2);
        let first = places.take(one);
        let second = places.take(neighbour);
        assert!(first.is_some() && second.is_some());
        assert!(places.is_full(one) && places.take(one).is_none());
        assert!(!places.is_full(other) && places.take(other).is_some());
        drop(first);
        assert!(places.take(neighbour).is_some());
        drop(second);
        assert!(places.lock().is_empty());
    }
}
