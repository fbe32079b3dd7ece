//! How many requests are served at once.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Counts the requests in flight and turns away those beyond the limit.
#[derive(Clone)]
pub struct Admission {
    limit: usize,
    in_flight: Arc<AtomicUsize>,
}

impl Admission {
    /// At most `limit` at once.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            in_flight: Arc::default(),
        }
    }

    /// A place among the requests in flight; none if all are taken.
    pub fn admit(&self) -> Option<Admitted> {
        let free = |taken: usize| (taken < self.limit).then_some(taken + 1);
        self.in_flight
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, free)
            .ok()
            .map(|_| Admitted(Arc::clone(&self.in_flight)))
    }

    /// Requests in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }
}

/// A request in flight, until it is dropped.
pub struct Admitted(Arc<AtomicUsize>);

impl Drop for Admitted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
