//! Faxes over Postgres.

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use crate::{
    engine::{account::AccountId, repository::RepositoryError, session::SessionId},
    fax::{
        delivery::Attempt,
        item::{FaxDocument, FaxItem, SubmissionId, TransactionId, TransactionState},
        query::{FaxFilter, FaxSearch, StatusCount},
        repository::{
            Claimed, Earlier, End, FaxRepository, NewResend, NewSubmission, NewTest, OutboxTotal,
            Recorded,
        },
    },
    store::postgres::Postgres,
};

use super::{items, outbox, submissions};

type Result<T> = std::result::Result<T, RepositoryError>;

fn numbers(transactions: &[TransactionId]) -> Vec<i32> {
    transactions.iter().map(|id| id.0).collect()
}

#[async_trait]
impl FaxRepository for Postgres {
    async fn submit(&self, submission: &NewSubmission) -> Result<Option<Recorded>> {
        submissions::submit(self.database(), submission).await
    }

    async fn resend(&self, resend: &NewResend) -> Result<Option<Recorded>> {
        submissions::resend(self.database(), resend).await
    }

    async fn begin_test(&self, test: &NewTest) -> Result<TransactionId> {
        submissions::begin_test(self.database(), test).await
    }

    async fn earlier(
        &self,
        account: AccountId,
        fingerprints: &[[u8; 32]],
        within: Option<Duration>,
    ) -> Result<Option<Earlier>> {
        submissions::earlier(self.database(), account, fingerprints, within).await
    }

    async fn claim(
        &self,
        deliveries: &[&str],
        limit: u32,
        lease: Uuid,
        lease_for: Duration,
    ) -> Result<Vec<Claimed>> {
        outbox::claim(self.database(), deliveries, limit, lease, lease_for).await
    }

    async fn next_due(&self, deliveries: &[&str]) -> Result<Option<Duration>> {
        outbox::next_due(self.database(), deliveries).await
    }

    async fn handed_over(
        &self,
        attempt: Attempt,
        lease: Uuid,
        outcome_within: Duration,
    ) -> Result<Option<bool>> {
        outbox::handed_over(self.database(), attempt, lease, outcome_within).await
    }

    async fn put_back(
        &self,
        attempt: Attempt,
        lease: Uuid,
        pause: Duration,
        why: &str,
    ) -> Result<bool> {
        outbox::put_back(self.database(), attempt, lease, pause, why).await
    }

    async fn retry(&self, attempt: Attempt, pause: Duration, why: &str) -> Result<bool> {
        outbox::retry(self.database(), attempt, pause, why).await
    }

    async fn end(
        &self,
        transaction: TransactionId,
        attempt: Option<u32>,
        phases: &[TransactionState],
        end: &End,
    ) -> Result<bool> {
        outbox::end(self.database(), transaction, attempt, phases, end).await
    }

    async fn cancel_waiting(
        &self,
        transactions: &[TransactionId],
        end: &End,
    ) -> Result<Vec<(TransactionId, String)>> {
        outbox::cancel_waiting(self.database(), &numbers(transactions), end).await
    }

    async fn request_cancellation(
        &self,
        transactions: &[TransactionId],
    ) -> Result<Vec<TransactionId>> {
        outbox::request_cancellation(self.database(), &numbers(transactions)).await
    }

    async fn refuse_cancellation(
        &self,
        attempt: Attempt,
        outcome_within: Duration,
    ) -> Result<bool> {
        outbox::refuse_cancellation(self.database(), attempt, outcome_within).await
    }

    async fn with_delivery(
        &self,
        delivery: &str,
        after: TransactionId,
        limit: u32,
    ) -> Result<Vec<Attempt>> {
        outbox::with_delivery(self.database(), delivery, after, limit).await
    }

    async fn overdue(&self, delivery: &str, limit: u32) -> Result<Vec<Attempt>> {
        outbox::overdue(self.database(), delivery, limit).await
    }

    async fn under_way(&self, attempts: &[Attempt]) -> Result<Vec<Attempt>> {
        outbox::under_way(self.database(), attempts).await
    }

    async fn faxes(&self, ids: &[TransactionId]) -> Result<Vec<FaxItem>> {
        items::by_id(self.database(), &numbers(ids)).await
    }

    async fn list(
        &self,
        account: AccountId,
        filter: &FaxFilter,
        limit: u32,
    ) -> Result<Vec<FaxItem>> {
        items::list(self.database().for_queries(), account, filter, limit).await
    }

    async fn list_all(
        &self,
        account: Option<&str>,
        state: Option<TransactionState>,
        dead_letters: bool,
        before: Option<TransactionId>,
        limit: u32,
    ) -> Result<Vec<FaxItem>> {
        items::list_all(self.database(), account, state, dead_letters, before, limit).await
    }

    async fn search(&self, account: AccountId, search: &FaxSearch) -> Result<Vec<FaxItem>> {
        items::search(self.database().for_queries(), account, search).await
    }

    async fn statistics(&self, account: AccountId, search: &FaxSearch) -> Result<Vec<StatusCount>> {
        items::statistics(self.database().for_queries(), account, search).await
    }

    async fn count(&self, account: AccountId) -> Result<u64> {
        items::count(self.database().for_queries(), account).await
    }

    async fn documents(&self, submission: SubmissionId) -> Result<Vec<FaxDocument>> {
        items::documents(self.database(), submission).await
    }

    async fn batch(
        &self,
        parent: TransactionId,
    ) -> Result<Vec<(TransactionId, Option<AccountId>)>> {
        items::batch(self.database(), parent).await
    }

    async fn content(&self, submission: SubmissionId) -> Result<Option<SessionId>> {
        items::content(self.database(), submission).await
    }

    async fn resends(&self, of: TransactionId) -> Result<u64> {
        items::resends(self.database(), of).await
    }

    async fn hide(&self, transactions: &[TransactionId], account: AccountId) -> Result<u64> {
        submissions::hide(self.database(), &numbers(transactions), account).await
    }

    async fn requeue(&self, transaction: TransactionId, delivery: &str) -> Result<Option<Attempt>> {
        outbox::requeue(self.database(), transaction, delivery).await
    }

    async fn hasten(&self, transaction: TransactionId) -> Result<bool> {
        outbox::hasten(self.database(), transaction).await
    }

    async fn outbox_totals(&self) -> Result<Vec<OutboxTotal>> {
        outbox::totals(self.database()).await
    }

    async fn drop_documents(
        &self,
        keep: Duration,
        keep_dead_letters: Duration,
        limit: u32,
    ) -> Result<u64> {
        submissions::drop_documents(self.database(), keep, keep_dead_letters, limit).await
    }

    async fn delete_old(&self, retention: Duration, limit: u32) -> Result<u64> {
        submissions::delete_old(self.database(), retention, limit).await
    }
}
