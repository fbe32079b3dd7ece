//! Orders that are sent again.
//!
//! A client that lost the answer to a submission sends it again. It would be told that its upload
//! is used up, or have its document faxed twice.
//!
//! An order that names an upload which an equal order has taken is that order, whatever became of
//! the answer: the upload can be faxed by no other.
//!
//! An order with documents of its own, or of an earlier fax's, that equals an earlier one of the
//! same account (recipients, documents, options) within `fax.repeat_within` is *that* order, and
//! gets its number once more, if the answer to it may not have arrived:
//!
//! - its connection ended before the answer was written,
//! - or the answer is still waiting to be written after some seconds,
//! - or the process that gave it died, or could not find out itself what became of the order,
//! - or this order was begun before that answer was given, and its client has closed its end: it
//!   has gone on to another connection.
//!
//! After that the answer counts as delivered again. Without such a suspicion an equal order is
//! another one.

use std::time::Duration;

use tracing::info;

use crate::engine::{
    Fate, Peer,
    account::{Account, AccountId},
    repository::RepositoryError,
};

use super::{
    Client, FaxError, Faxes, Receipt, Submitted, record::Doubt, repository::Recorded, turns::Turn,
};

/// How long the fate of an answer that is being written is waited for.
const FATE_WITHIN: Duration = Duration::from_secs(5);

/// An earlier order that is sent again.
pub(super) enum Repeated {
    /// The answer to it may not have arrived.
    Lost(Recorded),
    /// The answer to it was given on another connection while this one was under way.
    Overtaken(Recorded),
}

impl Faxes {
    /// Waits until no equal order is being looked at.
    pub(super) async fn turn(&self, fingerprint: [u8; 32]) -> Result<Turn<[u8; 32]>, FaxError> {
        let turn = self.shared.turns.take(fingerprint).await;
        turn.ok_or(FaxError::Busy)
    }

    /// The earlier order that this is again, if it is one; to be [answered
    /// again](Self::answer_again).
    pub(super) async fn repeated(
        &self,
        account: &Account,
        fingerprint: [u8; 32],
        client: &Client<'_>,
    ) -> Result<Option<Repeated>, FaxError> {
        let shared = &self.shared;
        let within = shared.settings.repeat_within;
        let look = || {
            let repository = &shared.repository;
            repository.earlier(account.id, &fingerprint, Some(within))
        };
        let Some(earlier) = look().await? else {
            return Ok(None);
        };
        let submission = earlier.recorded.submission;
        let doubt = shared.doubtful.get(&fingerprint);
        let may_be_lost = earlier.suspect
            || doubt.is_some_and(|doubt| doubt.is_about(&earlier))
            || shared.answers.fate(submission, FATE_WITHIN).await != Fate::Settled
            // What is forgotten here the database knows, but it may not have known it above.
            || look().await?.is_some_and(|earlier| earlier.suspect);
        if may_be_lost {
            return Ok(Some(Repeated::Lost(earlier.recorded)));
        }
        let is_overtaken = (client.peer)() == Peer::Finished
            && shared.answers.given_since(submission, client.begun);
        Ok(is_overtaken.then_some(Repeated::Overtaken(earlier.recorded)))
    }

    /// The equal order that has taken the upload it names.
    pub(super) async fn of_same_upload(
        &self,
        account: AccountId,
        fingerprint: &[u8; 32],
    ) -> Result<Option<Recorded>, RepositoryError> {
        let repository = &self.shared.repository;
        let earlier = repository.earlier(account, fingerprint, None).await?;
        Ok(earlier.map(|earlier| earlier.recorded))
    }

    /// Answers an order again.
    pub(super) async fn answer_again(
        &self,
        repeated: Repeated,
        fingerprint: [u8; 32],
        turn: Turn<[u8; 32]>,
    ) -> Result<Submitted, FaxError> {
        let recorded = match repeated {
            Repeated::Lost(recorded) => recorded,
            // What becomes of this answer does not matter: the client has the other one.
            Repeated::Overtaken(recorded) => return Ok(again_for_good(&recorded)),
        };
        let faxes = self.clone();
        self.to_its_end(async move {
            let _turn = turn;
            let shared = &faxes.shared;
            let _telling = shared.telling.lock().await;
            // The statement ends the suspicion. If it takes effect and nobody hears of that, the
            // client has no answer all the same.
            let doubt = Doubt::Answering(recorded.submission);
            shared.doubtful.insert(fingerprint, doubt);
            shared
                .repository
                .answer_again(recorded.submission, shared.boot)
                .await?;
            let receipt = shared.answers.open(recorded.submission, recorded.parent);
            shared.doubtful.invalidate(&fingerprint);
            Ok(again(&recorded, receipt))
        })
        .await
    }

    /// Does something to its end, even if the call that waits for it is dropped because its client
    /// broke the connection. An answer that nobody takes then counts as lost.
    pub(super) async fn to_its_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        match self.shared.runtime.spawn(work).await {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}

/// The answer to an order that had been recorded before; it does not matter whether it arrives.
pub(super) fn again_for_good(recorded: &Recorded) -> Submitted {
    let receipt = Receipt::of_no_matter(recorded.submission, recorded.parent);
    again(recorded, receipt)
}

/// The answer to an order that had been recorded before.
fn again(recorded: &Recorded, receipt: Receipt) -> Submitted {
    info!(transaction = %recorded.parent, "a fax was submitted again after its answer was lost");
    Submitted {
        id: recorded.parent,
        again: true,
        receipt,
    }
}
