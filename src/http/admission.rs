//! How many requests are served at once.

use std::net::IpAddr;

use super::per_address::{PerAddress, Share};

/// Counts the requests in flight and turns away those beyond the limits.
///
/// That also bounds what `http.body_memory` does not count: a request may hold 192 KiB of texts
/// ([`MAX_ALL_TEXT`](crate::xml::MAX_ALL_TEXT)) until its operation runs, so 2,048 requests hold
/// 384 MiB at the very worst, and one address can cause half of it.
#[derive(Clone)]
pub struct Admission(PerAddress);

impl Admission {
    /// At most `limit` at once, of them `per_address` from one client's address, and fewer as
    /// places fill.
    pub fn new(limit: usize, per_address: usize) -> Self {
        Self(PerAddress::new(limit, per_address))
    }

    /// A place among the requests in flight for one of `client`; none if all that it may have are
    /// taken.
    pub fn admit(&self, client: IpAddr) -> Option<Share> {
        self.0.take(client)
    }

    /// Whether a request of `client` would be turned away now.
    pub fn is_full(&self, client: IpAddr) -> bool {
        self.0.is_full(client)
    }

    /// Requests in flight.
    pub fn in_flight(&self) -> usize {
        self.0.taken()
    }
}
