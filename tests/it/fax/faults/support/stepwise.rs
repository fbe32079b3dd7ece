//! Rows whose reader sees every step.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chunkgate::{
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
};
use uuid::Uuid;

type Result<T> = std::result::Result<T, RepositoryError>;

/// When somebody looks at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing has happened yet.
    Before,
    /// It has taken effect, and who asked for it does not know.
    After,
}

/// Sees every step that changes something, and may keep it for ever.
#[async_trait]
pub trait Steps: Send + Sync + 'static {
    async fn at(&self, step: &'static str, moment: Moment);

    /// Something is only read.
    async fn reading(&self, _what: &'static str) {}
}

/// A repository under watch.
pub struct Stepwise {
    pub inner: Arc<dyn FaxRepository>,
    pub steps: Arc<dyn Steps>,
}

impl Stepwise {
    /// The rows of another one, seen by `steps`.
    pub fn watching(
        inner: Arc<dyn FaxRepository>,
        steps: Arc<dyn Steps>,
    ) -> Arc<dyn FaxRepository> {
        Arc::new(Self { inner, steps })
    }

    async fn step<T>(
        &self,
        name: &'static str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        self.steps.at(name, Moment::Before).await;
        let done = work.await;
        self.steps.at(name, Moment::After).await;
        done
    }

    async fn read<T>(
        &self,
        name: &'static str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        self.steps.reading(name).await;
        work.await
    }
}

#[async_trait]
impl FaxRepository for Stepwise {
    async fn submit(&self, submission: &NewSubmission) -> Result<Option<Recorded>> {
        self.step("submit", self.inner.submit(submission)).await
    }

    async fn resend(&self, resend: &NewResend) -> Result<Option<Recorded>> {
        self.step("resend", self.inner.resend(resend)).await
    }

    async fn begin_test(&self, test: &NewTest) -> Result<TransactionId> {
        let work = self.inner.begin_test(test);
        self.step("begin_test", work).await
    }

    async fn earlier(
        &self,
        account: AccountId,
        fingerprints: &[[u8; 32]],
        within: Option<Duration>,
    ) -> Result<Option<Earlier>> {
        let look = self.inner.earlier(account, fingerprints, within);
        self.read("earlier", look).await
    }

    async fn claim(
        &self,
        deliveries: &[&str],
        limit: u32,
        lease: Uuid,
        lease_for: Duration,
    ) -> Result<Vec<Claimed>> {
        self.steps.reading("claim").await;
        let claimed = self.inner.claim(deliveries, limit, lease, lease_for).await;
        // Most find nothing, and change nothing.
        if claimed.as_ref().is_ok_and(|claimed| !claimed.is_empty()) {
            self.steps.at("claim", Moment::After).await;
        }
        claimed
    }

    async fn next_due(&self, deliveries: &[&str]) -> Result<Option<Duration>> {
        self.read("next_due", self.inner.next_due(deliveries)).await
    }

    async fn handed_over(
        &self,
        attempt: Attempt,
        lease: Uuid,
        outcome_within: Duration,
    ) -> Result<Option<bool>> {
        let work = self.inner.handed_over(attempt, lease, outcome_within);
        self.step("handed_over", work).await
    }

    async fn put_back(
        &self,
        attempt: Attempt,
        lease: Uuid,
        pause: Duration,
        why: &str,
    ) -> Result<bool> {
        let work = self.inner.put_back(attempt, lease, pause, why);
        self.step("put_back", work).await
    }

    async fn retry(&self, attempt: Attempt, pause: Duration, why: &str) -> Result<bool> {
        self.step("retry", self.inner.retry(attempt, pause, why))
            .await
    }

    async fn end(
        &self,
        transaction: TransactionId,
        attempt: Option<u32>,
        phases: &[TransactionState],
        end: &End,
    ) -> Result<bool> {
        let work = self.inner.end(transaction, attempt, phases, end);
        self.step("end", work).await
    }

    async fn cancel_waiting(
        &self,
        transactions: &[TransactionId],
        end: &End,
    ) -> Result<Vec<(TransactionId, String)>> {
        let work = self.inner.cancel_waiting(transactions, end);
        self.step("cancel_waiting", work).await
    }

    async fn request_cancellation(
        &self,
        transactions: &[TransactionId],
    ) -> Result<Vec<TransactionId>> {
        let work = self.inner.request_cancellation(transactions);
        self.step("request_cancellation", work).await
    }

    async fn refuse_cancellation(
        &self,
        attempt: Attempt,
        outcome_within: Duration,
    ) -> Result<bool> {
        let work = self.inner.refuse_cancellation(attempt, outcome_within);
        self.step("refuse_cancellation", work).await
    }

    async fn with_delivery(
        &self,
        delivery: &str,
        after: TransactionId,
        limit: u32,
    ) -> Result<Vec<Attempt>> {
        let look = self.inner.with_delivery(delivery, after, limit);
        self.read("with_delivery", look).await
    }

    async fn overdue(&self, delivery: &str, limit: u32) -> Result<Vec<Attempt>> {
        self.read("overdue", self.inner.overdue(delivery, limit))
            .await
    }

    async fn under_way(&self, attempts: &[Attempt]) -> Result<Vec<Attempt>> {
        self.read("under_way", self.inner.under_way(attempts)).await
    }

    async fn faxes(&self, ids: &[TransactionId]) -> Result<Vec<FaxItem>> {
        self.read("faxes", self.inner.faxes(ids)).await
    }

    async fn list(
        &self,
        account: AccountId,
        filter: &FaxFilter,
        limit: u32,
    ) -> Result<Vec<FaxItem>> {
        self.read("list", self.inner.list(account, filter, limit))
            .await
    }

    async fn list_all(
        &self,
        account: Option<&str>,
        state: Option<TransactionState>,
        dead_letters: bool,
        before: Option<TransactionId>,
        limit: u32,
    ) -> Result<Vec<FaxItem>> {
        let look = self
            .inner
            .list_all(account, state, dead_letters, before, limit);
        self.read("list_all", look).await
    }

    async fn search(&self, account: AccountId, search: &FaxSearch) -> Result<Vec<FaxItem>> {
        self.read("search", self.inner.search(account, search))
            .await
    }

    async fn statistics(&self, account: AccountId, search: &FaxSearch) -> Result<Vec<StatusCount>> {
        let look = self.inner.statistics(account, search);
        self.read("statistics", look).await
    }

    async fn count(&self, account: AccountId) -> Result<u64> {
        self.read("count", self.inner.count(account)).await
    }

    async fn documents(&self, submission: SubmissionId) -> Result<Vec<FaxDocument>> {
        self.read("documents", self.inner.documents(submission))
            .await
    }

    async fn batch(
        &self,
        parent: TransactionId,
    ) -> Result<Vec<(TransactionId, Option<AccountId>)>> {
        self.read("batch", self.inner.batch(parent)).await
    }

    async fn content(&self, submission: SubmissionId) -> Result<Option<SessionId>> {
        self.read("content", self.inner.content(submission)).await
    }

    async fn resends(&self, of: TransactionId) -> Result<u64> {
        self.read("resends", self.inner.resends(of)).await
    }

    async fn hide(&self, transactions: &[TransactionId], account: AccountId) -> Result<u64> {
        self.step("hide", self.inner.hide(transactions, account))
            .await
    }

    async fn requeue(&self, transaction: TransactionId, delivery: &str) -> Result<Option<Attempt>> {
        self.step("requeue", self.inner.requeue(transaction, delivery))
            .await
    }

    async fn hasten(&self, transaction: TransactionId) -> Result<bool> {
        self.step("hasten", self.inner.hasten(transaction)).await
    }

    async fn outbox_totals(&self) -> Result<Vec<OutboxTotal>> {
        self.read("outbox_totals", self.inner.outbox_totals()).await
    }

    async fn drop_documents(&self, keep: Duration, dead: Duration, limit: u32) -> Result<u64> {
        let work = self.inner.drop_documents(keep, dead, limit);
        self.step("drop_documents", work).await
    }

    async fn delete_old(&self, retention: Duration, limit: u32) -> Result<u64> {
        self.step("delete_old", self.inner.delete_old(retention, limit))
            .await
    }
}
