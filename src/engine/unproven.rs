//! Bytes that arrive before anybody knows whose they are.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use moka::sync::Cache;

use super::UploadError;

/// How long bytes that were stored for nothing count against their address.
const WASTE_COUNTS_FOR: Duration = Duration::from_mins(1);
/// How many addresses are counted; the least recently used is forgotten first.
const ADDRESSES: u64 = 100_000;

/// Counts, by address, the stored bytes whose session is not known yet.
///
/// Bounded by the requests in flight: an address is forgotten with its last reservation.
#[derive(Clone)]
pub struct UnprovenBytes {
    limit: u64,
    used: Arc<Mutex<HashMap<IpAddr, u64>>>,
    // Bytes that were stored for nothing in this minute: their space comes back only with their
    // segment.
    wasted: Cache<IpAddr, Arc<AtomicU64>>,
}

impl UnprovenBytes {
    /// At most `limit` bytes an address.
    pub fn new(limit: u64) -> Self {
        Self {
            limit,
            used: Arc::default(),
            wasted: Cache::builder()
                .max_capacity(ADDRESSES)
                .time_to_live(WASTE_COUNTS_FOR)
                .build(),
        }
    }

    /// An empty reservation for `address`.
    pub fn reservation(&self, address: IpAddr) -> Reservation {
        Reservation {
            unproven: self.clone(),
            address: super::address_group(address),
            bytes: 0,
        }
    }
}

/// Bytes of one request; dropped without [`Reservation::proven`], they were wasted.
pub struct Reservation {
    unproven: UnprovenBytes,
    address: IpAddr,
    bytes: u64,
}

impl Reservation {
    /// Reserves `more` bytes.
    ///
    /// # Errors
    /// [`UploadError::TooManyUnprovenBytes`] when the address has as many as it may.
    pub fn grow(&mut self, more: u64) -> Result<(), UploadError> {
        let mut used = self
            .unproven
            .used
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let of_address = used.get(&self.address).copied().unwrap_or(0);
        let wasted = self.unproven.wasted.get(&self.address);
        let wasted = wasted.map_or(0, |wasted| wasted.load(Ordering::Relaxed));
        if of_address + wasted + more > self.unproven.limit {
            return Err(UploadError::TooManyUnprovenBytes);
        }
        used.insert(self.address, of_address + more);
        self.bytes += more;
        Ok(())
    }

    /// The bytes belong to an open session: they were not stored for nothing.
    pub fn proven(mut self) {
        self.release();
    }

    fn release(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        if bytes == 0 {
            return;
        }
        let mut used = self
            .unproven
            .used
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(of_address) = used.get_mut(&self.address) {
            *of_address -= bytes;
            if *of_address == 0 {
                used.remove(&self.address);
            }
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.bytes > 0 {
            let wasted = &self.unproven.wasted;
            wasted
                .get_with(self.address, Arc::default)
                .fetch_add(self.bytes, Ordering::Relaxed);
        }
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::UnprovenBytes;

    #[test]
    fn an_address_gets_back_what_its_requests_give_up() {
        let unproven = UnprovenBytes::new(100);
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let mut first = unproven.reservation(here);
        first.grow(60).unwrap();
        let mut second = unproven.reservation(here);
        assert!(second.grow(41).is_err());
        second.grow(40).unwrap();
        let mut elsewhere = unproven.reservation(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
        elsewhere.grow(100).unwrap();
        first.proven();
        second.grow(60).unwrap();
        second.proven();
        elsewhere.proven();
        assert!(unproven.used.lock().unwrap().is_empty());
    }

    #[test]
    fn what_was_stored_for_nothing_counts_for_a_while() {
        let unproven = UnprovenBytes::new(100);
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let mut wasted = unproven.reservation(here);
        wasted.grow(90).unwrap();
        drop(wasted);
        let mut next = unproven.reservation(here);
        assert!(next.grow(11).is_err());
        next.grow(10).unwrap();
    }
}
