//! Of those that are equal, one after another has its turn.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex as AsyncMutex, OwnedMutexGuard},
    time::timeout,
};

/// How long somebody waits for an equal one.
const WITHIN: Duration = Duration::from_secs(15);

type Places<K> = Arc<Mutex<HashMap<K, Arc<AsyncMutex<()>>>>>;

/// A turn for each key, as the fingerprint of a submission. Bounded by those in flight.
#[derive(Clone)]
pub struct Turns<K> {
    places: Places<K>,
}

impl<K> Default for Turns<K> {
    fn default() -> Self {
        Self {
            places: Arc::default(),
        }
    }
}

impl<K: Eq + Hash + Copy> Turns<K> {
    /// Waits for the turn of a key; none if that takes too long.
    pub async fn take(&self, key: K) -> Option<Turn<K>> {
        let place = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(places.entry(key).or_default())
        };
        let mut turn = Turn {
            places: Arc::clone(&self.places),
            key,
            guard: None,
        };
        turn.guard = Some(timeout(WITHIN, place.lock_owned()).await.ok()?);
        Some(turn)
    }
}

/// A turn, until it is dropped.
pub struct Turn<K: Eq + Hash> {
    places: Places<K>,
    key: K,
    guard: Option<OwnedMutexGuard<()>>,
}

impl<K: Eq + Hash> Drop for Turn<K> {
    fn drop(&mut self) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        self.guard = None;
        // Nobody else holds the place or waits for it; whoever comes next has to ask for the map.
        if places
            .get(&self.key)
            .is_some_and(|place| Arc::strong_count(place) == 1)
        {
            places.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Turns;

    #[tokio::test]
    async fn one_has_the_turn_and_nothing_stays_behind() {
        let turns = Turns::default();
        let first = turns.take([1; 32]).await.expect("free");
        let other = turns.take([2; 32]).await.expect("another one");
        let next = tokio::spawn({
            let turns = turns.clone();
            async move { turns.take([1; 32]).await.is_some() }
        });
        tokio::task::yield_now().await;
        assert!(!next.is_finished());
        drop(first);
        assert!(next.await.expect("it ends"));
        drop(other);
        assert!(turns.places.lock().expect("no panic").is_empty());
    }
}
