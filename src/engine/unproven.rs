//! Bytes that arrive before anybody knows whose they are.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use super::UploadError;

/// Counts, by address, the stored bytes whose session is not known yet.
///
/// Bounded by the requests in flight: an address is forgotten with its last reservation.
#[derive(Clone)]
pub struct UnprovenBytes {
    limit: u64,
    used: Arc<Mutex<HashMap<IpAddr, u64>>>,
}

impl UnprovenBytes {
    /// At most `limit` bytes an address.
    pub fn new(limit: u64) -> Self {
        Self {
            limit,
            used: Arc::default(),
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

/// Bytes of one request; given back when it is dropped.
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
        if of_address + more > self.unproven.limit {
            return Err(UploadError::TooManyUnprovenBytes);
        }
        used.insert(self.address, of_address + more);
        self.bytes += more;
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.bytes == 0 {
            return;
        }
        let mut used = self
            .unproven
            .used
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(of_address) = used.get_mut(&self.address) {
            *of_address -= self.bytes;
            if *of_address == 0 {
                used.remove(&self.address);
            }
        }
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
        drop(first);
        second.grow(60).unwrap();
        drop((second, elsewhere));
        assert!(unproven.used.lock().unwrap().is_empty());
    }
}
