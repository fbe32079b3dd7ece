//! How many requests are served at once.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::per_address::{PerAddress, Share};

/// Counts the requests in flight and turns away those beyond the limits.
///
/// That also bounds what `http.body_memory` does not count: a request may hold 192 KiB of texts
/// ([`MAX_ALL_TEXT`](crate::xml::MAX_ALL_TEXT)) until its operation runs, so 2,048 requests hold
/// 384 MiB at the very worst, and one address can cause half of it.
#[derive(Clone)]
pub struct Admission {
    limit: usize,
    in_flight: Arc<AtomicUsize>,
    clients: PerAddress,
}

impl Admission {
    /// At most `limit` at once, of them `per_address` from one client's address.
    pub fn new(limit: usize, per_address: usize) -> Self {
        Self {
            limit,
            in_flight: Arc::default(),
            clients: PerAddress::new(per_address),
        }
    }

    /// A place among the requests in flight for one of `client`; none if all are taken.
    pub fn admit(&self, client: IpAddr) -> Option<Admitted> {
        let share = self.clients.take(client)?;
        let free = |taken: usize| (taken < self.limit).then_some(taken + 1);
        self.in_flight
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, free)
            .ok()
            .map(|_| Admitted {
                in_flight: Arc::clone(&self.in_flight),
                _share: share,
            })
    }

    /// Whether a request of `client` would be turned away now.
    pub fn is_full(&self, client: IpAddr) -> bool {
        self.in_flight() >= self.limit || self.clients.is_full(client)
    }

    /// Requests in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }
}

/// A request in flight, until it is dropped.
pub struct Admitted {
    in_flight: Arc<AtomicUsize>,
    _share: Share,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
