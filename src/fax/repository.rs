//! What faxes need of the database, as a trait: rows in, rows out, no protocol, no SQL.

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use crate::engine::{
    account::AccountId, doubts::Placing, repository::RepositoryError, session::SessionId,
};

use super::{
    delivery::{Attempt, Report},
    item::{FaxDocument, FaxItem, FaxOptions, SubmissionId, TransactionId, TransactionState},
    query::{FaxFilter, FaxSearch, StatusCount},
};

/// A recipient of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRecipient {
    /// The number as it is to be dialled.
    pub number: String,
    /// Whose it is.
    pub contact: String,
    /// Whether it can be dialled; if not, its transaction has failed from the beginning.
    pub is_valid: bool,
}

/// By which way a fax leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The delivery.
    pub delivery: String,
    /// Whether it gets postponed faxes at once.
    pub holds_postponed: bool,
}

/// What a fax is recorded with.
#[derive(Clone, Debug)]
pub struct NewSubmission {
    /// The upload it takes.
    pub session: SessionId,
    /// Bytes that the upload must have.
    pub received: u64,
    /// How its extents are placed anew, if chunks in doubt are dropped or put back.
    pub placing: Option<Placing>,
    /// Bytes of all documents, and then of the upload.
    pub length: u64,
    /// Whose it is.
    pub account: AccountId,
    /// The account's name.
    pub user: String,
    /// The front end.
    pub protocol: &'static str,
    /// Where it comes from.
    pub client_address: String,
    /// SHA-256 of everything that was asked for.
    pub fingerprint: [u8; 32],
    /// Under which it is recorded, once only.
    pub token: Uuid,
    /// The process that records it, without effect unless it is registered as the gateway.
    pub boot: Uuid,
    /// The rest of what was asked for.
    pub options: FaxOptions,
    /// At least one.
    pub documents: Vec<FaxDocument>,
    /// At least one that is valid.
    pub recipients: Vec<NewRecipient>,
    /// The way it leaves by.
    pub route: Route,
}

/// What is sent once more.
#[derive(Clone, Debug)]
pub struct NewResend {
    /// The submission whose documents and options it has.
    pub original: SubmissionId,
    /// Whose it is.
    pub account: AccountId,
    /// Where it comes from.
    pub client_address: String,
    /// SHA-256 of everything that was asked for.
    pub fingerprint: [u8; 32],
    /// Under which it is recorded, once only.
    pub token: Uuid,
    /// The process that records it, without effect unless it is registered as the gateway.
    pub boot: Uuid,
    /// Another subject.
    pub subject: Option<String>,
    /// The transaction or batch.
    pub resend_of: TransactionId,
    /// At least one that is valid.
    pub recipients: Vec<NewRecipient>,
    /// The way it leaves by.
    pub route: Route,
}

/// A fax with which an operator tests a delivery.
#[derive(Clone, Debug)]
pub struct NewTest {
    /// Who it is from, for the lists.
    pub user: String,
    /// To whom.
    pub recipient: String,
    /// Its document.
    pub document: FaxDocument,
    /// The delivery.
    pub delivery: String,
    /// In whose hands it is.
    pub lease: Uuid,
    /// For how long.
    pub lease_for: Duration,
}

/// A submission that is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its number.
    pub submission: SubmissionId,
    /// Its first transaction.
    pub parent: TransactionId,
}

/// An earlier submission that asked for the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The submission.
    pub recorded: Recorded,
    /// Under which it was recorded.
    pub token: Uuid,
    /// Whether any of it was or will be sent, or nobody knows.
    pub sends: bool,
}

/// A row of the outbox in the hands of a worker.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The attempt.
    pub attempt: Attempt,
    /// The delivery it goes to.
    pub delivery: String,
    /// Hand-overs of it that failed one after another.
    pub failures: u32,
    /// Whether it is to be taken back instead.
    pub cancel_requested: bool,
    /// How long it has been due.
    pub age: Duration,
}

/// How a transaction ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// `Sent`, `Failed` or `Cancelled`.
    pub state: TransactionState,
    /// 0 if it was sent, else above 0.
    pub code: u32,
    /// For people.
    pub text: String,
    /// What is known of the last attempt.
    pub report: Report,
    /// Whether nobody ever tried to send it, and an operator has to look at it.
    pub dead_letter: bool,
}

/// Rows of the outbox, counted for metrics.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxTotal {
    /// The delivery.
    pub delivery: String,
    /// `Waiting`, `Delivering` or `HandedOver`.
    pub state: TransactionState,
    /// How many whose time has come.
    pub count: u64,
    /// For how long the oldest of them has been due.
    pub oldest: Duration,
}

/// Rows of submissions, transactions and the outbox.
///
/// Every method is one statement. What must hold when something changes is a condition of the
/// statement that changes it, because gateways may race; nothing that has changed meanwhile is
/// an error, it is the answer `None` or `false`.
#[async_trait]
pub trait FaxRepository: Send + Sync + 'static {
    /// Takes the upload and queues its documents; `None` when the upload cannot be taken.
    async fn submit(&self, submission: &NewSubmission)
    -> Result<Option<Recorded>, RepositoryError>;

    /// Queues the documents of an earlier submission; `None` when they are dropped.
    async fn resend(&self, resend: &NewResend) -> Result<Option<Recorded>, RepositoryError>;

    /// Records a fax that its caller hands over itself: nobody else has its document.
    async fn begin_test(&self, test: &NewTest) -> Result<TransactionId, RepositoryError>;

    /// The newest submission of the account with one of these fingerprints, of any age or not older than
    /// `within`.
    async fn earlier(
        &self,
        account: AccountId,
        fingerprints: &[[u8; 32]],
        within: Option<Duration>,
    ) -> Result<Option<Earlier>, RepositoryError>;

    /// Claims up to `limit` rows of these deliveries that are due, for as long as `lease_for`.
    async fn claim(
        &self,
        deliveries: &[&str],
        limit: u32,
        lease: Uuid,
        lease_for: Duration,
    ) -> Result<Vec<Claimed>, RepositoryError>;

    /// In what time the next row of these deliveries is due; `None` if there is none.
    async fn next_due(&self, deliveries: &[&str]) -> Result<Option<Duration>, RepositoryError>;

    /// The attempt is with its delivery. `None` when the lease was lost, else whether somebody
    /// wants the fax cancelled meanwhile.
    async fn handed_over(
        &self,
        attempt: Attempt,
        lease: Uuid,
        outcome_within: Duration,
    ) -> Result<Option<bool>, RepositoryError>;

    /// The attempt could not be handed over and is tried again after `pause`; whether the lease
    /// still held.
    async fn put_back(
        &self,
        attempt: Attempt,
        lease: Uuid,
        pause: Duration,
        why: &str,
    ) -> Result<bool, RepositoryError>;

    /// The attempt has failed and another one follows after `pause`; `false` if it is not with
    /// its delivery any more, or the fax is to be cancelled.
    async fn retry(
        &self,
        attempt: Attempt,
        pause: Duration,
        why: &str,
    ) -> Result<bool, RepositoryError>;

    /// Ends a transaction that is in one of `phases`, at this attempt or at any; whether it did.
    async fn end(
        &self,
        transaction: TransactionId,
        attempt: Option<u32>,
        phases: &[TransactionState],
        end: &End,
    ) -> Result<bool, RepositoryError>;

    /// Cancels those of the transactions that no delivery has ever seen; returns which, and the
    /// delivery each was for.
    async fn cancel_waiting(
        &self,
        transactions: &[TransactionId],
        end: &End,
    ) -> Result<Vec<(TransactionId, String)>, RepositoryError>;

    /// Asks that these transactions be taken back; returns those that are still under way.
    async fn request_cancellation(
        &self,
        transactions: &[TransactionId],
    ) -> Result<Vec<TransactionId>, RepositoryError>;

    /// The attempt cannot be taken back; whether somebody still wanted that.
    async fn refuse_cancellation(
        &self,
        attempt: Attempt,
        outcome_within: Duration,
    ) -> Result<bool, RepositoryError>;

    /// The next `limit` attempts after `after` that a delivery has.
    async fn with_delivery(
        &self,
        delivery: &str,
        after: TransactionId,
        limit: u32,
    ) -> Result<Vec<Attempt>, RepositoryError>;

    /// Up to `limit` attempts of a delivery whose outcome is overdue.
    async fn overdue(&self, delivery: &str, limit: u32) -> Result<Vec<Attempt>, RepositoryError>;

    /// Those transactions of `attempts` that are under way and not beyond that attempt, with
    /// their present attempt.
    async fn under_way(&self, attempts: &[Attempt]) -> Result<Vec<Attempt>, RepositoryError>;

    /// These transactions, in order; those that are unknown are left out.
    async fn faxes(&self, ids: &[TransactionId]) -> Result<Vec<FaxItem>, RepositoryError>;

    /// The newest transactions of an account that pass the filter.
    async fn list(
        &self,
        account: AccountId,
        filter: &FaxFilter,
        limit: u32,
    ) -> Result<Vec<FaxItem>, RepositoryError>;

    /// The newest `limit` transactions of anybody's before `before`, of this account and state, or
    /// only the dead letters among them.
    async fn list_all(
        &self,
        account: Option<&str>,
        state: Option<TransactionState>,
        dead_letters: bool,
        before: Option<TransactionId>,
        limit: u32,
    ) -> Result<Vec<FaxItem>, RepositoryError>;

    /// The transactions of an account that a search finds.
    async fn search(
        &self,
        account: AccountId,
        search: &FaxSearch,
    ) -> Result<Vec<FaxItem>, RepositoryError>;

    /// How many transactions that a search finds have each status.
    async fn statistics(
        &self,
        account: AccountId,
        search: &FaxSearch,
    ) -> Result<Vec<StatusCount>, RepositoryError>;

    /// How many transactions an account has and has not hidden.
    async fn count(&self, account: AccountId) -> Result<u64, RepositoryError>;

    /// The documents of a submission, in order.
    async fn documents(
        &self,
        submission: SubmissionId,
    ) -> Result<Vec<FaxDocument>, RepositoryError>;

    /// The transactions of a batch, with their owners.
    async fn batch(
        &self,
        parent: TransactionId,
    ) -> Result<Vec<(TransactionId, Option<AccountId>)>, RepositoryError>;

    /// The upload in which the documents of a submission lie, unless they are dropped.
    async fn content(&self, submission: SubmissionId)
    -> Result<Option<SessionId>, RepositoryError>;

    /// How often a transaction or batch was sent again.
    async fn resends(&self, of: TransactionId) -> Result<u64, RepositoryError>;

    /// Hides those of the transactions that are the account's; returns how many.
    async fn hide(
        &self,
        transactions: &[TransactionId],
        account: AccountId,
    ) -> Result<u64, RepositoryError>;

    /// Sends a failed or cancelled transaction once more, by an attempt of a number that no
    /// delivery has seen; `None` if it is neither, or its documents are dropped.
    async fn requeue(
        &self,
        transaction: TransactionId,
        delivery: &str,
    ) -> Result<Option<Attempt>, RepositoryError>;

    /// Lets a waiting transaction be handed over at once; `false` if it does not wait.
    async fn hasten(&self, transaction: TransactionId) -> Result<bool, RepositoryError>;

    /// The outbox, counted.
    async fn outbox_totals(&self) -> Result<Vec<OutboxTotal>, RepositoryError>;

    /// Drops the documents of up to `limit` uploads whose faxes all ended longer ago than `keep`,
    /// dead letters longer ago than `keep_dead_letters`; returns how many.
    async fn drop_documents(
        &self,
        keep: Duration,
        keep_dead_letters: Duration,
        limit: u32,
    ) -> Result<u64, RepositoryError>;

    /// Deletes up to `limit` submissions that are over for longer than `retention`; returns how
    /// many.
    async fn delete_old(&self, retention: Duration, limit: u32) -> Result<u64, RepositoryError>;
}
