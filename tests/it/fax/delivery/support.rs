//! Faxes and their bytes.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use chunkgate::{
    engine::UploadError,
    fax::{
        delivery::{Attempt, Content, Fax},
        item::{FaxDocument, FaxItem, FaxOptions, SubmissionId, TransactionId, TransactionState},
    },
};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use time::OffsetDateTime;

use crate::content::support::Random;

/// Bytes in portions that do not end where documents end, and perhaps an error behind them.
pub struct Portions {
    pub bytes: Bytes,
    pub portion: usize,
    pub fails: bool,
}

impl Content for Portions {
    fn open(&self) -> BoxStream<'static, Result<Bytes, UploadError>> {
        let (bytes, portion) = (self.bytes.clone(), self.portion);
        let portions = (0..bytes.len()).step_by(portion).map(move |start| {
            let end = bytes.len().min(start + portion);
            Ok(bytes.slice(start..end))
        });
        let error = self
            .fails
            .then_some(Err(UploadError::Internal("the test wants it")));
        stream::iter(portions.chain(error)).boxed()
    }
}

/// An attempt.
pub fn attempt(transaction: i32, number: u32) -> Attempt {
    Attempt {
        transaction: TransactionId(transaction),
        number,
    }
}

/// The bytes of documents of these lengths, which depend on the attempt only.
pub fn documents(attempt: Attempt, lengths: &[usize]) -> Vec<Bytes> {
    let seed = u64::from(attempt.transaction.0.unsigned_abs()) * 1000 + u64::from(attempt.number);
    let mut random = Random::new(seed);
    lengths.iter().map(|length| random.bytes(*length)).collect()
}

/// A fax with documents of these lengths.
pub fn fax_of(attempt: Attempt, lengths: &[usize]) -> Fax {
    let bytes: Bytes = documents(attempt, lengths).concat().into();
    let kinds = ["PDF", "TIF", "PS"].into_iter().cycle();
    let documents = lengths.iter().zip(kinds).map(|(length, kind)| FaxDocument {
        kind: kind.to_owned(),
        length: *length as u64,
    });
    Fax {
        attempt,
        item: item(attempt),
        documents: documents.collect(),
        content: content(bytes),
        until: Instant::now() + Duration::from_hours(1),
    }
}

/// A fax of two small documents.
pub fn fax(attempt: Attempt) -> Fax {
    fax_of(attempt, &SMALL)
}

/// The lengths of the documents of [`fax`].
pub const SMALL: [usize; 2] = [700, 1300];

/// Bytes that come in odd portions.
pub fn content(bytes: Bytes) -> Arc<dyn Content> {
    Arc::new(Portions {
        bytes,
        portion: 611,
        fails: false,
    })
}

/// What is known of a fax.
pub fn item(attempt: Attempt) -> FaxItem {
    FaxItem {
        id: attempt.transaction,
        batch_size: 1,
        parent: attempt.transaction,
        submission: SubmissionId(7),
        account: None,
        user: "anna".to_owned(),
        protocol: "interfax".to_owned(),
        client_address: "192.0.2.1".to_owned(),
        state: TransactionState::Delivering,
        status: -1,
        status_text: String::new(),
        recipient: "+4930123456".to_owned(),
        contact: "Bo Berg".to_owned(),
        hidden: false,
        options: FaxOptions {
            subject: "Offer".to_owned(),
            retries: 3,
            high_resolution: true,
            ..FaxOptions::default()
        },
        resend_of: None,
        session: None,
        trials: 0,
        pages_sent: 0,
        duration: 0,
        remote_csid: String::new(),
        created_at: OffsetDateTime::UNIX_EPOCH,
        ended_at: None,
        dead_letter: false,
        queue: None,
    }
}
