//! Equal submissions are looked at one after another.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex as AsyncMutex, OwnedMutexGuard},
    time::timeout,
};

/// How long a submission waits for an equal one.
const WITHIN: Duration = Duration::from_secs(15);

type Places = Arc<Mutex<HashMap<[u8; 32], Arc<AsyncMutex<()>>>>>;

/// A turn for each fingerprint. Bounded by the submissions in flight.
#[derive(Clone, Default)]
pub struct Turns {
    places: Places,
}

impl Turns {
    /// Waits for the turn of a fingerprint; none if that takes too long.
    pub async fn take(&self, fingerprint: [u8; 32]) -> Option<Turn> {
        let place = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(places.entry(fingerprint).or_default())
        };
        let mut turn = Turn {
            places: Arc::clone(&self.places),
            fingerprint,
            guard: None,
        };
        turn.guard = Some(timeout(WITHIN, place.lock_owned()).await.ok()?);
        Some(turn)
    }
}

/// A turn, until it is dropped.
pub struct Turn {
    places: Places,
    fingerprint: [u8; 32],
    guard: Option<OwnedMutexGuard<()>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        self.guard = None;
        // Nobody else holds the place or waits for it; whoever comes next has to ask for the map.
        if places
            .get(&self.fingerprint)
            .is_some_and(|place| Arc::strong_count(place) == 1)
        {
            places.remove(&self.fingerprint);
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
