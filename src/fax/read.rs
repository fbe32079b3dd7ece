//! What became of faxes.

use std::time::Instant;

use crate::engine::account::Account;

use super::{
    FaxError, Faxes,
    item::{FaxItem, TransactionId},
    query::{FaxFilter, FaxSearch, StatusCount},
};

/// Transactions of one answer, whatever a client asks for.
pub const MOST_ITEMS: u32 = 100;

/// The answer to a question for the status of faxes.
#[derive(Clone, Debug)]
pub struct Polled {
    /// The newest first.
    pub items: Vec<FaxItem>,
    /// How many transactions the account has in all.
    pub total: u64,
}

impl Faxes {
    /// The newest transactions below `before`, at most 100.
    ///
    /// # Errors
    /// [`FaxError::TooManyPolls`], or the database's.
    pub async fn poll(
        &self,
        account: &Account,
        before: TransactionId,
        most: u32,
    ) -> Result<Polled, FaxError> {
        if !self.shared.polls.admit(account.id, Instant::now()) {
            return Err(FaxError::TooManyPolls);
        }
        let filter = FaxFilter {
            last: Some(TransactionId(before.0.saturating_sub(1))),
            ..FaxFilter::default()
        };
        Ok(Polled {
            items: self.list(account, &filter, most).await?,
            total: self.shared.repository.count(account.id).await?,
        })
    }

    /// The newest transactions that pass a filter, at most 100.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(
        &self,
        account: &Account,
        filter: &FaxFilter,
        most: u32,
    ) -> Result<Vec<FaxItem>, FaxError> {
        let most = most.min(MOST_ITEMS);
        let repository = &self.shared.repository;
        Ok(repository.list(account.id, filter, most).await?)
    }

    /// The transactions that a search finds, at most 100.
    ///
    /// # Errors
    /// The database's.
    pub async fn search(
        &self,
        account: &Account,
        search: &FaxSearch,
    ) -> Result<Vec<FaxItem>, FaxError> {
        let bounded = FaxSearch {
            limit: search.limit.min(MOST_ITEMS),
            ..search.clone()
        };
        let repository = &self.shared.repository;
        Ok(repository.search(account.id, &bounded).await?)
    }

    /// How many transactions that a search finds have each status.
    ///
    /// # Errors
    /// The database's.
    pub async fn statistics(
        &self,
        account: &Account,
        search: &FaxSearch,
    ) -> Result<Vec<StatusCount>, FaxError> {
        let repository = &self.shared.repository;
        Ok(repository.statistics(account.id, search).await?)
    }
}
