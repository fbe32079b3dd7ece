//! What became of faxes.

use std::{sync::Arc, time::Instant};

use crate::engine::{
    account::{Account, AccountId},
    repository::RepositoryError,
};

use super::{
    FaxError, Faxes,
    item::{FaxItem, TransactionId},
    query::{FaxFilter, FaxSearch, StatusCount},
    repository::FaxRepository,
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
    /// [`FaxError::TooManyPolls`], [`FaxError::TooManyQueries`], or the database's.
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
        let most = most.min(MOST_ITEMS);
        let id = account.id;
        self.query(id, move |repository| async move {
            Ok(Polled {
                items: repository.list(id, &filter, most).await?,
                total: repository.count(id).await?,
            })
        })
        .await
    }

    /// The newest transactions that pass a filter, at most 100.
    ///
    /// # Errors
    /// [`FaxError::TooManyQueries`], or the database's.
    pub async fn list(
        &self,
        account: &Account,
        filter: &FaxFilter,
        most: u32,
    ) -> Result<Vec<FaxItem>, FaxError> {
        let (id, filter, most) = (account.id, filter.clone(), most.min(MOST_ITEMS));
        self.query(id, move |repository| async move {
            repository.list(id, &filter, most).await
        })
        .await
    }

    /// How many transactions that a search finds have each status, and the transactions
    /// themselves, at most 100, if they are `wanted`.
    ///
    /// # Errors
    /// [`FaxError::TooManyQueries`], or the database's.
    pub async fn search(
        &self,
        account: &Account,
        search: &FaxSearch,
        wanted: bool,
    ) -> Result<(Vec<StatusCount>, Option<Vec<FaxItem>>), FaxError> {
        let id = account.id;
        let search = FaxSearch {
            limit: search.limit.min(MOST_ITEMS),
            ..search.clone()
        };
        self.query(id, move |repository| async move {
            let statistics = repository.statistics(id, &search).await?;
            let items = if wanted {
                Some(repository.search(id, &search).await?)
            } else {
                None
            };
            Ok((statistics, items))
        })
        .await
    }

    /// Asks the database on one of the places for queries, which is kept until the database has
    /// answered: a client that hangs up ends no statement.
    async fn query<T: Send + 'static, Asked>(
        &self,
        account: AccountId,
        ask: impl FnOnce(Arc<dyn FaxRepository>) -> Asked,
    ) -> Result<T, FaxError>
    where
        Asked: Future<Output = Result<T, RepositoryError>> + Send + 'static,
    {
        let shared = &self.shared;
        let wait = shared.settings.query_wait;
        let place = shared.queries.take(account, wait).await;
        let place = place.ok_or(FaxError::TooManyQueries)?;
        let asked = ask(Arc::clone(&shared.repository));
        let answer = self.to_its_end(async move {
            let _place = place;
            asked.await
        });
        Ok(answer.await?)
    }
}
