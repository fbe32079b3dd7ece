//! How often accounts ask for the status of their faxes.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use moka::sync::Cache;

use crate::engine::account::AccountId;

/// Accounts that are counted; the least recently used is forgotten first.
const ACCOUNTS: u64 = 10_000;
/// Within which time questions are counted.
const WINDOW: Duration = Duration::from_mins(1);

/// The questions of each account in the last minute.
pub struct StatusPolls {
    limit: usize,
    asked: Cache<AccountId, Arc<Mutex<VecDeque<Instant>>>>,
}

impl StatusPolls {
    /// At most `per_minute` an account; 0 = as many as it likes.
    pub fn new(per_minute: u32) -> Self {
        Self {
            limit: usize::try_from(per_minute).unwrap_or(usize::MAX),
            asked: Cache::builder()
                .max_capacity(ACCOUNTS)
                .time_to_idle(WINDOW)
                .build(),
        }
    }

    /// Counts a question; whether it may be answered. One that may not does not count, so that
    /// who asks too often is still answered now and then.
    pub fn admit(&self, account: AccountId, now: Instant) -> bool {
        if self.limit == 0 {
            return true;
        }
        let asked = self.asked.get_with(account, Arc::default);
        let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
        while asked
            .front()
            .is_some_and(|earlier| now.duration_since(*earlier) >= WINDOW)
        {
            asked.pop_front();
        }
        let may = asked.len() < self.limit;
        if may {
            asked.push_back(now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{AccountId, StatusPolls};

    #[test]
    fn a_minute_has_room_for_so_many_questions_of_an_account() {
        let polls = StatusPolls::new(6);
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        assert!((0..6).all(|n| polls.admit(AccountId(1), at(n * 5))));
        assert!(!polls.admit(AccountId(1), at(59)));
        assert!(polls.admit(AccountId(2), at(59)));
        assert!(polls.admit(AccountId(1), at(60)));
        assert!(!polls.admit(AccountId(1), at(61)));
        assert!((0..100).all(|_| StatusPolls::new(0).admit(AccountId(1), begun)));
    }
}
