//! Sending once more what was sent before.

use std::slice::from_ref;

use crate::engine::account::{Account, AccountId};

use super::{
    Client, FaxError, Faxes, Submitted,
    fingerprint::Fingerprint,
    item::{FaxItem, TransactionId, TransactionState},
    order::cut,
    query::FaxFilter,
    recipients::recipients,
    repository::{NewRecipient, NewResend},
};

/// How often one transaction or batch may be sent again.
const MOST_RESENDS: u64 = 100;
/// The longest subject, in characters.
const LONGEST_SUBJECT: usize = 60;

impl Faxes {
    /// Sends the documents of a transaction again, to the same number or to another one.
    ///
    /// # Errors
    /// Why not, in words of its own; nothing was recorded then, unless the error is the
    /// database's: in that case the same call is recognised when it comes again.
    pub async fn resend(
        &self,
        account: &Account,
        id: TransactionId,
        number: &str,
        client: &Client<'_>,
    ) -> Result<Submitted, FaxError> {
        let original = self.own(account.id, id).await?;
        let recipients = if number.trim().is_empty() {
            vec![again(&original)]
        } else {
            recipients(number, &original.contact)
        };
        let resend = Resend {
            original: &original,
            of: id,
            recipients,
            subject: None,
            // Of what was asked for, not of what that comes to.
            fingerprint: Fingerprint::of(account.id, "resend")
                .transaction(id)
                .with(number.trim())
                .finish(),
        };
        self.queue_again(account, resend, client).await
    }

    /// Sends the documents of a batch again, to all its recipients or to those it did not reach.
    ///
    /// # Errors
    /// As [`resend`](Self::resend).
    pub async fn resend_batch(
        &self,
        account: &Account,
        parent: TransactionId,
        subject: &str,
        only_failed: bool,
        client: &Client<'_>,
    ) -> Result<Submitted, FaxError> {
        let original = self.own(account.id, parent).await?;
        if !original.is_parent() {
            return Err(FaxError::NoSuchTransaction(parent));
        }
        let filter = FaxFilter {
            batch: Some(parent),
            with_hidden: true,
            ..FaxFilter::default()
        };
        let most = u32::try_from(self.shared.settings.max_recipients).unwrap_or(u32::MAX);
        let mut batch = self
            .shared
            .repository
            .list(account.id, &filter, most)
            .await?;
        batch.reverse();
        let chosen = |item: &&FaxItem| !only_failed || item.state == TransactionState::Failed;
        let subject = subject.trim();
        let resend = Resend {
            original: &original,
            of: parent,
            recipients: batch.iter().filter(chosen).map(again).collect(),
            subject: (!subject.is_empty()).then(|| cut(subject, LONGEST_SUBJECT)),
            fingerprint: Fingerprint::of(account.id, "resend batch")
                .transaction(parent)
                .with(if only_failed { "failed" } else { "all" })
                .with(subject)
                .finish(),
        };
        self.queue_again(account, resend, client).await
    }

    async fn queue_again(
        &self,
        account: &Account,
        resend: Resend<'_>,
        client: &Client<'_>,
    ) -> Result<Submitted, FaxError> {
        let shared = &self.shared;
        if !resend.recipients.iter().any(|it| it.is_valid) {
            return Err(FaxError::NoRecipient);
        }
        let (count, limit) = (resend.recipients.len(), shared.settings.max_recipients);
        if count > limit {
            return Err(FaxError::TooManyRecipients { count, limit });
        }
        let fingerprint = resend.fingerprint;
        let turn = self.turn(fingerprint).await?;
        let recording = self.recording(&fingerprint);
        let repeated = self.repeated(account, from_ref(&fingerprint), recording, client);
        if let Some(recorded) = repeated.await? {
            return Ok(self.answer_again(recorded, client));
        }
        let resends = shared.repository.resends(resend.of).await?;
        if resends >= MOST_RESENDS {
            return Err(FaxError::TooManyResends(resend.of, resends));
        }
        let new = NewResend {
            original: resend.original.submission,
            account: account.id,
            client_address: client.address.to_canonical().to_string(),
            fingerprint,
            token: recording.token,
            boot: shared.boot,
            subject: resend.subject,
            resend_of: resend.of,
            recipients: resend.recipients,
            route: self.route(account),
        };
        let (faxes, of) = (self.clone(), resend.of);
        let recorded = self.to_its_end(async move {
            let _turn = turn;
            let statement = || faxes.shared.repository.resend(&new);
            let recorded = faxes
                .record(new.account, fingerprint, recording, statement)
                .await?
                .ok_or(FaxError::DocumentsDropped(of))?;
            faxes.note_new(&new.recipients, &new.route);
            Ok::<_, FaxError>(recorded)
        });
        Ok(self.taken(recorded.await?, client))
    }

    /// A transaction of the account's.
    pub(super) async fn own(
        &self,
        account: AccountId,
        id: TransactionId,
    ) -> Result<FaxItem, FaxError> {
        let found = self.shared.repository.faxes(&[id]).await?;
        let item = found
            .into_iter()
            .next()
            .ok_or(FaxError::NoSuchTransaction(id))?;
        if item.account != Some(account.0) {
            return Err(FaxError::SomebodyElses(id));
        }
        Ok(item)
    }
}

/// What is sent once more.
struct Resend<'a> {
    original: &'a FaxItem,
    of: TransactionId,
    recipients: Vec<NewRecipient>,
    subject: Option<String>,
    fingerprint: [u8; 32],
}

/// The recipient of an earlier transaction.
fn again(item: &FaxItem) -> NewRecipient {
    NewRecipient {
        is_valid: super::recipients::can_be_dialled(&item.recipient),
        number: item.recipient.clone(),
        contact: item.contact.clone(),
    }
}
