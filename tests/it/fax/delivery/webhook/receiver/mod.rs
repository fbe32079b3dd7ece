//! A service as `docs/WEBHOOK.md` wants it, on a port of its own, that can be told to fail.

mod desk;
mod reaction;
mod request;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use chunkgate::fax::delivery::{Attempt, Outcome};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_rustls::TlsAcceptor;

use desk::Desk;
use reaction::serve;

pub use desk::{Held, status_of};
pub use reaction::{Reaction, http};
pub use request::{Part, Request};

/// A service.
#[derive(Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
    serving: Arc<Mutex<JoinHandle<()>>>,
    tls: Option<TlsAcceptor>,
}

impl Receiver {
    pub async fn start() -> Self {
        Self::with(None).await
    }

    pub async fn with(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let desk = Arc::new(Mutex::new(Desk::default()));
        let serving = tokio::spawn(serve(listener, Arc::clone(&desk), tls.clone()));
        Self {
            address,
            desk,
            serving: Arc::new(Mutex::new(serving)),
            tls,
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().expect("no panic")
    }

    pub fn url(&self, path: &str) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://localhost:{}{path}", self.address.port())
    }

    /// What happens to the next requests, one after another.
    pub fn react(&self, reactions: impl IntoIterator<Item = Reaction>) {
        let mut reactions: Vec<_> = reactions.into_iter().collect();
        reactions.reverse();
        self.desk().reactions = reactions;
    }

    /// What happens to all other requests.
    pub fn be(&self, mood: impl FnMut() -> Reaction + Send + 'static) {
        self.desk().mood = Some(Box::new(mood));
    }

    /// What it says to every fax at once.
    pub fn say_at_once(&self, status: Value) {
        self.desk().at_once = Some(status);
    }

    /// Every request that was read to its end.
    pub fn requests(&self) -> Vec<Request> {
        self.desk().requests.clone()
    }

    /// Connections that came.
    pub fn connections(&self) -> usize {
        self.desk().connections
    }

    /// The faxes it has, by key.
    pub fn faxes(&self) -> BTreeMap<String, Held> {
        self.desk().faxes.clone()
    }

    /// The key of an attempt.
    pub fn key(&self, attempt: Attempt) -> Option<String> {
        let desk = self.desk();
        let mut faxes = desk.faxes.iter();
        let found = faxes.find(|(_, held)| held.attempt == attempt);
        found.map(|(key, _)| key.clone())
    }

    /// Begins to send an attempt; none if it does not have it, or began before.
    pub fn begin(&self, attempt: Attempt) -> Option<Held> {
        let mut desk = self.desk();
        let cancelled = desk.cancelled.clone();
        let mut faxes = desk.faxes.iter_mut();
        let (_, held) =
            faxes.find(|(key, held)| held.attempt == attempt && !cancelled.contains(*key))?;
        let first = !std::mem::replace(&mut held.begun, true);
        let held = held.clone();
        desk.begun.extend(first.then(|| held.clone()));
        first.then_some(held)
    }

    /// Attempts that wait to be sent.
    pub fn waiting(&self) -> Vec<Attempt> {
        let desk = self.desk();
        let waiting =
            |(key, held): &(&String, &Held)| !held.begun && !desk.cancelled.contains(*key);
        let waiting = desk.faxes.iter().filter(waiting);
        waiting.map(|(_, held)| held.attempt).collect()
    }

    /// Faxes that it has begun to send, one after another.
    pub fn transmissions(&self) -> Vec<Held> {
        self.desk().begun.clone()
    }

    /// Notes how it ended.
    pub fn end(&self, attempt: Attempt, outcome: &Outcome) {
        let mut desk = self.desk();
        let held = desk.faxes.values_mut().find(|held| held.attempt == attempt);
        held.expect("it has it").ended = Some(outcome.clone());
    }

    /// Closes its port; what it has is durable.
    pub async fn stop(&self) {
        let serving = std::mem::replace(
            &mut *self.serving.lock().expect("no panic"),
            tokio::spawn(async {}),
        );
        serving.abort();
        let _aborted = serving.await;
    }

    /// Opens it again.
    pub fn restart(&self) {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.set_reuseaddr(true).expect("an option");
        socket.bind(self.address).expect("the same port");
        let listener = socket.listen(128).expect("a listener");
        let serving = tokio::spawn(serve(listener, Arc::clone(&self.desk), self.tls.clone()));
        *self.serving.lock().expect("no panic") = serving;
    }
}
