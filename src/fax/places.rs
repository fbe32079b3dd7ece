//! Places that accounts share.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::timeout};

use crate::engine::account::AccountId;

/// A number of places, of which no account can take so many that none is left for others.
#[derive(Clone, Debug)]
pub struct Places {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    count: usize,
    // Accounts that hold places, and how many each.
    held: Mutex<HashMap<AccountId, usize>>,
    freed: Notify,
}

/// A place; given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    inner: Arc<Inner>,
    account: AccountId,
}

impl Places {
    /// So many places.
    pub fn new(count: usize) -> Self {
        Self {
            inner: Arc::new(Inner {
                count,
                held: Mutex::default(),
                freed: Notify::new(),
            }),
        }
    }

    /// A place for this account; `None` if there is none within `wait`.
    pub async fn take(&self, account: AccountId, wait: Duration) -> Option<Place> {
        let taking = async {
            loop {
                let mut freed = std::pin::pin!(self.inner.freed.notified());
                // From now on, so that a place that is given back meanwhile is not missed.
                freed.as_mut().enable();
                if let Some(place) = self.try_take(account) {
                    return place;
                }
                freed.await;
            }
        };
        timeout(wait, taking).await.ok()
    }

    /// An account that holds none may take any free place; one that holds some, only while it holds
    /// less than half of what is free. So an account alone takes a third, and the more accounts
    /// there are, the less each further one.
    fn try_take(&self, account: AccountId) -> Option<Place> {
        let mut held = self.inner.held();
        let free = self.inner.count - held.values().sum::<usize>();
        let own = held.get(&account).copied().unwrap_or(0);
        let may = if own == 0 { free > 0 } else { own < free / 2 };
        if !may {
            return None;
        }
        held.insert(account, own + 1);
        Some(Place {
            inner: Arc::clone(&self.inner),
            account,
        })
    }
}

impl Inner {
    fn held(&self) -> MutexGuard<'_, HashMap<AccountId, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.inner.held();
        if let Some(own) = held.get_mut(&self.account) {
            *own -= 1;
            if *own == 0 {
                held.remove(&self.account);
            }
        }
        drop(held);
        self.inner.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{AccountId, Place, Places};

    const GREEDY: AccountId = AccountId(1);
    const SOON: Duration = Duration::from_millis(10);

    fn as_many_as_may_be(places: &Places, account: AccountId) -> Vec<Place> {
        std::iter::from_fn(|| places.try_take(account)).collect()
    }

    #[test]
    fn one_account_leaves_places_for_others() {
        let places = Places::new(16);
        let mut held: Vec<Vec<Place>> = Vec::new();
        for account in 1..=7 {
            held.push(as_many_as_may_be(&places, AccountId(account)));
        }
        let taken: Vec<usize> = held.iter().map(Vec::len).collect();
        assert_eq!(taken, [5, 4, 2, 2, 1, 1, 1]);
        assert!(places.try_take(AccountId(8)).is_none());
        held.clear();
        assert!(places.inner.held().is_empty());
    }

    #[test]
    fn an_account_with_nothing_may_take_the_last_place() {
        let one = Places::new(1);
        let first = as_many_as_may_be(&one, GREEDY);
        assert_eq!(first.len(), 1);
        assert!(one.try_take(AccountId(2)).is_none());
        let two = Places::new(2);
        let first = as_many_as_may_be(&two, GREEDY);
        assert_eq!(first.len(), 1);
        assert!(two.try_take(AccountId(2)).is_some());
    }

    #[tokio::test]
    async fn a_place_is_waited_for() {
        let places = Places::new(1);
        let first = places.take(GREEDY, SOON).await.unwrap();
        assert!(places.take(AccountId(2), SOON).await.is_none());
        let waiting = tokio::spawn({
            let places = places.clone();
            async move { places.take(AccountId(2), Duration::from_mins(1)).await }
        });
        tokio::task::yield_now().await;
        drop(first);
        assert!(waiting.await.unwrap().is_some());
    }
}
