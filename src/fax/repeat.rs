//! Orders that are sent again.
//!
//! A client that lost the answer to a submission sends it again. It must not be refused, since it
//! was taken, and must not be faxed twice. Nobody can tell for certain that an answer arrived: a
//! proxy may read it and lose it. So an order that equals an earlier one of the same account
//! (recipients, documents, options) is *that* order, and gets its number once more:
//!
//! - if it names an upload, for as long as the earlier one is kept: an upload is faxed by one
//!   order, so this can be no other;
//! - if its documents come with it or are those of an earlier fax, within `fax.repeat_within`,
//!   unless
//!     - it comes on the client's own connection (no proxy between) on which the earlier one was
//!       answered: whoever goes on there has read the answer, and wants another fax,
//!     - or nothing of the earlier one was or will be sent: all of it has failed or was cancelled,
//!       so this is no second fax but a second attempt.
//!
//! What the documents look like does not matter. A page of text is ordered twice on purpose no
//! more often than a photograph.
//!
//! `record` knows of orders of which nobody could find out whether they were recorded. One of
//! those that comes again is itself, whatever equals it.

use tracing::info;

use crate::engine::{
    account::{Account, AccountId},
    repository::RepositoryError,
};

use super::{
    Client, FaxError, Faxes, Submitted, record::Recording, repository::Recorded, turns::Turn,
};

impl Faxes {
    /// Waits until no equal order is being looked at.
    pub(super) async fn turn(&self, fingerprint: [u8; 32]) -> Result<Turn<[u8; 32]>, FaxError> {
        let turn = self.shared.turns.take(fingerprint).await;
        turn.ok_or(FaxError::Busy)
    }

    /// The earlier order that one without an upload is again, if it is one.
    pub(super) async fn repeated(
        &self,
        account: &Account,
        fingerprints: &[[u8; 32]],
        recording: Recording,
        client: &Client<'_>,
    ) -> Result<Option<Recorded>, FaxError> {
        let shared = &self.shared;
        let within = Some(shared.settings.repeat_within);
        let earlier = shared.repository.earlier(account.id, fingerprints, within);
        let Some(earlier) = earlier.await? else {
            return Ok(None);
        };
        let is_again = if recording.in_doubt {
            earlier.token == recording.token
        } else {
            let own = client.connection;
            let has_answer = own.is_some_and(|connection| {
                let answered = (earlier.recorded.submission, connection);
                shared.answered.contains_key(&answered)
            });
            earlier.sends && !has_answer
        };
        Ok(is_again.then_some(earlier.recorded))
    }

    /// The order that has taken the upload which an equal one names.
    pub(super) async fn of_same_upload(
        &self,
        account: AccountId,
        fingerprints: &[[u8; 32]],
    ) -> Result<Option<Recorded>, RepositoryError> {
        let repository = &self.shared.repository;
        let earlier = repository.earlier(account, fingerprints, None).await?;
        Ok(earlier.map(|earlier| earlier.recorded))
    }

    /// Answers an order that had been recorded before.
    pub(super) fn answer_again(&self, recorded: Recorded, client: &Client<'_>) -> Submitted {
        info!(transaction = %recorded.parent, "a fax was submitted again");
        self.note_answer(recorded, client);
        Submitted {
            id: recorded.parent,
            again: true,
        }
    }

    /// Notes on which connection an order is answered.
    pub(super) fn note_answer(&self, recorded: Recorded, client: &Client<'_>) {
        if let Some(connection) = client.connection {
            let answered = (recorded.submission, connection);
            self.shared.answered.insert(answered, ());
        }
    }

    /// Does something to its end, even if the call that waits for it is dropped because its client
    /// broke the connection.
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
