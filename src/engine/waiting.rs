//! How many log-ins of one address wait for their password to be checked.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// More than this from one address are turned away, so that whoever guesses with many
/// connections makes nobody else wait.
const FROM_ONE_ADDRESS: usize = 16;

/// Counts the log-ins that wait, by address; an address is forgotten with its last one.
#[derive(Clone, Default)]
pub struct WaitingLogIns {
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl WaitingLogIns {
    /// A place in the queue; none if the address has too many there.
    pub fn enter(&self, address: IpAddr) -> Option<Waiting> {
        let address = super::address_group(address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= FROM_ONE_ADDRESS {
            return None;
        }
        *count += 1;
        Some(Waiting {
            counts: Arc::clone(&self.counts),
            address,
        })
    }
}

/// A place in the queue, until it is dropped.
pub struct Waiting {
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: IpAddr,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::{FROM_ONE_ADDRESS, WaitingLogIns};

    #[test]
    fn one_address_cannot_fill_the_queue() {
        let waiting = WaitingLogIns::default();
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let places: Vec<_> = (0..FROM_ONE_ADDRESS)
            .map(|_| waiting.enter(here).unwrap())
            .collect();
        assert!(waiting.enter(here).is_none());
        assert!(
            waiting
                .enter(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)))
                .is_some()
        );
        drop(places);
        assert!(waiting.counts.lock().unwrap().is_empty());
    }
}
