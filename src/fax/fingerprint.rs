//! What tells one submission from another.

use sha2::{Digest, Sha256};

use crate::engine::{account::AccountId, repository::ChunkFacts, session::SessionKey};

use super::{
    item::{FaxOptions, TransactionId},
    repository::NewRecipient,
};

/// SHA-256 of everything a client asked for: the same call sent again has the same.
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Of a call of this account for this purpose.
    pub fn of(account: AccountId, purpose: &str) -> Self {
        let mut fingerprint = Self(Sha256::new());
        fingerprint.number(account.0);
        fingerprint.text(purpose);
        fingerprint
    }

    // Each part with its length, so that no two lists of parts look the same.
    fn text(&mut self, text: &str) {
        self.number(i64::try_from(text.len()).unwrap_or(i64::MAX));
        self.0.update(text.as_bytes());
    }

    fn number(&mut self, number: i64) {
        self.0.update(number.to_be_bytes());
    }

    /// With an upload.
    #[must_use]
    pub fn upload(mut self, key: &SessionKey) -> Self {
        self.0.update(key.0);
        self
    }

    /// With document data.
    #[must_use]
    pub fn data(mut self, data: ChunkFacts) -> Self {
        self.0.update(data.length.to_be_bytes());
        self.0.update(data.digest.to_be_bytes());
        self
    }

    /// With an earlier transaction.
    #[must_use]
    pub fn transaction(mut self, id: TransactionId) -> Self {
        self.number(id.0.into());
        self
    }

    /// With recipients.
    #[must_use]
    pub fn recipients(mut self, recipients: &[NewRecipient]) -> Self {
        self.number(i64::try_from(recipients.len()).unwrap_or(i64::MAX));
        for recipient in recipients {
            self.text(&recipient.number);
            self.text(&recipient.contact);
        }
        self
    }

    /// With options.
    #[must_use]
    pub fn options(mut self, options: &FaxOptions) -> Self {
        for text in [
            &options.subject,
            &options.reply_address,
            &options.sender_csid,
            &options.page_header,
            &options.job_id,
        ] {
            self.text(text);
        }
        self.text(options.page_size.as_str());
        for number in [
            options.landscape.into(),
            options.high_resolution.into(),
            options.fine_rendering.into(),
            options.retries.into(),
            options
                .postponed_until
                .map_or(0, time::OffsetDateTime::unix_timestamp),
        ] {
            self.number(number);
        }
        self
    }

    /// With another text.
    #[must_use]
    pub fn with(mut self, text: &str) -> Self {
        self.text(text);
        self
    }

    /// The digest.
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}
