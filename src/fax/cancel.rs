//! Giving faxes up, and hiding them.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::{
    engine::account::{Account, AccountId},
    telemetry::metrics,
};

use super::{
    FaxError, Faxes,
    item::{FaxItem, TransactionId, TransactionState},
    outcome::CANCELLED,
};

/// How long a cancellation waits for a delivery to give a fax back.
const WITHIN: Duration = Duration::from_secs(10);
/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(50);

impl Faxes {
    /// Cancels a transaction.
    ///
    /// # Errors
    /// [`FaxError::NotWaiting`] when it is over or on its way out;
    /// [`FaxError::CancellationPending`] when its delivery does not say in time.
    pub async fn cancel(&self, account: &Account, id: TransactionId) -> Result<(), FaxError> {
        self.own(account.id, id).await?;
        self.cancel_these(&[id], id).await
    }

    /// Cancels all transactions of a batch that can still be cancelled.
    ///
    /// # Errors
    /// As [`cancel`](Self::cancel), when not one of them was.
    pub async fn cancel_batch(
        &self,
        account: &Account,
        parent: TransactionId,
    ) -> Result<(), FaxError> {
        let batch = self.own_batch(account.id, parent).await?;
        self.cancel_these(&batch, parent).await
    }

    /// Whether at least one of `ids` was cancelled, and the others are not under way to be.
    async fn cancel_these(
        &self,
        ids: &[TransactionId],
        named: TransactionId,
    ) -> Result<(), FaxError> {
        let repository = &self.shared.repository;
        let mut cancelled = Vec::new();
        for (id, delivery) in repository.cancel_waiting(ids, &CANCELLED.end()).await? {
            metrics::fax_ended(&delivery, TransactionState::Cancelled);
            cancelled.push(id);
        }
        let asked = repository.request_cancellation(ids).await?;
        if !asked.is_empty() {
            self.shared.queued.notify_waiters();
            cancelled.extend(self.taken_back(&asked, named).await?);
        }
        if cancelled.is_empty() {
            return Err(FaxError::NotWaiting(named));
        }
        Ok(())
    }

    /// Waits for the outbox to take transactions back; returns those that are cancelled.
    async fn taken_back(
        &self,
        ids: &[TransactionId],
        named: TransactionId,
    ) -> Result<Vec<TransactionId>, FaxError> {
        let deadline = Instant::now() + WITHIN;
        loop {
            let items = self.shared.repository.faxes(ids).await?;
            if !items.iter().any(is_pending) {
                let cancelled = items
                    .iter()
                    .filter(|item| item.state == TransactionState::Cancelled);
                return Ok(cancelled.map(|item| item.id).collect());
            }
            if Instant::now() >= deadline {
                return Err(FaxError::CancellationPending(named));
            }
            sleep(PAUSE).await;
        }
    }

    /// Hides a transaction from its owner's lists.
    ///
    /// # Errors
    /// [`FaxError::NoSuchTransaction`], [`FaxError::SomebodyElses`].
    pub async fn hide(&self, account: &Account, id: TransactionId) -> Result<(), FaxError> {
        self.own(account.id, id).await?;
        let repository = &self.shared.repository;
        repository.hide(&[id], account.id).await?;
        Ok(())
    }

    /// Hides all transactions of a batch.
    ///
    /// # Errors
    /// As [`hide`](Self::hide).
    pub async fn hide_batch(
        &self,
        account: &Account,
        parent: TransactionId,
    ) -> Result<(), FaxError> {
        let batch = self.own_batch(account.id, parent).await?;
        let repository = &self.shared.repository;
        repository.hide(&batch, account.id).await?;
        Ok(())
    }

    async fn own_batch(
        &self,
        account: AccountId,
        parent: TransactionId,
    ) -> Result<Vec<TransactionId>, FaxError> {
        let batch = self.shared.repository.batch(parent).await?;
        if batch.is_empty() {
            return Err(FaxError::NoSuchTransaction(parent));
        }
        if batch.iter().any(|(_, owner)| *owner != Some(account)) {
            return Err(FaxError::SomebodyElses(parent));
        }
        Ok(batch.into_iter().map(|(id, _)| id).collect())
    }
}

/// Whether a transaction is still to be taken back.
fn is_pending(item: &FaxItem) -> bool {
    item.queue
        .as_ref()
        .is_some_and(|queued| queued.cancel_requested)
}
