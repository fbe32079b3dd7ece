//! Taking an order.

use std::{net::IpAddr, time::Instant};

use time::OffsetDateTime;
use tracing::info;

use crate::{
    engine::{
        self, Peer, UploadError,
        account::Account,
        accounts::Credentials,
        repository::SessionName,
        session::{SessionId, SessionKey, SessionState},
    },
    telemetry::metrics,
};

use super::{
    FaxError, FaxSettings, Faxes,
    fingerprint::Fingerprint,
    item::{SubmissionId, TransactionId, TransactionState},
    order::{Order, Source},
    repository::{NewRecipient, NewSubmission, Recorded, Route},
};

/// To be told when the answer to a submission was written.
pub type Receipt = engine::Receipt<SubmissionId, TransactionId>;

/// The request with which an order comes.
pub struct Client<'a> {
    /// From where.
    pub address: IpAddr,
    /// Through which front end.
    pub protocol: &'static str,
    /// When it began.
    pub begun: Instant,
    /// What the client's end of the connection looks like now.
    pub peer: &'a (dyn Fn() -> Peer + 'a),
}

/// An order that was taken.
#[derive(Debug)]
pub struct Submitted {
    /// Its transaction, or the first of its batch.
    pub id: TransactionId,
    /// Whether it had been taken before.
    pub again: bool,
    /// To be told when the answer was written.
    pub receipt: Receipt,
}

impl Faxes {
    /// The account of these credentials, if it may send faxes from `address` now.
    ///
    /// # Errors
    /// What is wrong with the account, in the original service's order.
    pub async fn log_in(
        &self,
        credentials: &Credentials,
        address: IpAddr,
    ) -> Result<Account, UploadError> {
        self.shared.uploads.log_in(credentials, address).await
    }

    /// Takes an order, or recognises it.
    ///
    /// # Errors
    /// The first thing that is wrong with it, in the original service's order. Nothing was taken
    /// then, unless the error is the database's: in that case the same order sent again is
    /// recognised.
    pub async fn submit(
        &self,
        account: &Account,
        order: Order,
        client: &Client<'_>,
    ) -> Result<Submitted, FaxError> {
        let settings = &self.shared.settings;
        let kinds = order.check(settings)?;
        let fingerprint = fingerprint(account, &order, settings);
        let turn = self.turn(fingerprint).await?;
        if let Some(repeated) = self.repeated(account, fingerprint, client).await? {
            return self.answer_again(repeated, fingerprint, turn).await;
        }
        let mut recording = self.recording(&fingerprint);
        let now = OffsetDateTime::now_utc();
        let (session, received) = match &order.source {
            Source::Upload(key) => {
                let (session, received) = self.upload(account, *key).await?;
                (Some(session), received)
            }
            Source::Inline(data) => (None, data.length()),
        };
        let documents = order.documents(kinds, received, settings)?;
        let options = order.options(settings, now)?;
        let peer = (client.peer)();
        if peer == Peer::Gone {
            return Err(UploadError::ClientGone.into());
        }
        let session = match (session, order.source) {
            (Some(session), Source::Upload(key)) => {
                self.shared.uploads.forget(key);
                session
            }
            (_, Source::Inline(data)) => {
                // If the first statement comes late, it finds its documents taken.
                let session = if let Some(session) = recording.deposited {
                    session
                } else {
                    let uploads = &self.shared.uploads;
                    uploads
                        .deposit(*data, account, client.address, client.protocol, peer)
                        .await?
                };
                recording.deposited = Some(session);
                session
            }
            (None, Source::Upload(_)) => unreachable!("an upload has a session"),
        };
        let submission = NewSubmission {
            session,
            length: documents.iter().map(|document| document.length).sum(),
            account: account.id,
            user: account.name.clone(),
            protocol: client.protocol,
            client_address: client.address.to_canonical().to_string(),
            fingerprint,
            token: recording.token,
            boot: self.shared.boot,
            options,
            documents,
            recipients: order.recipients,
            route: self.route(account),
        };
        let faxes = self.clone();
        self.to_its_end(async move {
            let _turn = turn;
            let statement = || faxes.shared.repository.submit(&submission);
            let recorded = faxes
                .record(submission.account, fingerprint, recording, statement)
                .await?
                .ok_or(UploadError::SessionNotOpen)?;
            Ok(faxes.taken(recorded, &submission.recipients, &submission.route))
        })
        .await
    }

    /// The answer to an order to these recipients that was recorded just now.
    pub(super) fn taken(
        &self,
        recorded: Recorded,
        recipients: &[NewRecipient],
        route: &Route,
    ) -> Submitted {
        info!(transaction = %recorded.parent, "fax submitted");
        for _ in recipients.iter().filter(|it| !it.is_valid) {
            metrics::fax_ended(&route.delivery, TransactionState::Failed);
        }
        self.shared.queued.notify_waiters();
        Submitted {
            id: recorded.parent,
            again: false,
            receipt: self
                .shared
                .answers
                .open(recorded.submission, recorded.parent),
        }
    }

    /// An upload of the account's that may be taken, and its bytes.
    async fn upload(
        &self,
        account: &Account,
        key: SessionKey,
    ) -> Result<(SessionId, u64), FaxError> {
        let status = self.shared.uploads.status(SessionName::Key(key)).await?;
        let is_theirs = status.account.as_deref() == Some(account.name.as_str());
        match status.state {
            SessionState::Open | SessionState::Complete if is_theirs => {
                Ok((status.id, status.received))
            }
            SessionState::Open
            | SessionState::Complete
            | SessionState::Consumed
            | SessionState::Cancelled
            | SessionState::Expired => Err(UploadError::SessionNotOpen.into()),
        }
    }
}

fn fingerprint(account: &Account, order: &Order, settings: &FaxSettings) -> [u8; 32] {
    let mut fingerprint = Fingerprint::of(account.id, "submit")
        .recipients(&order.recipients)
        .options(&order.bounded_options(settings));
    for kind in &order.types {
        fingerprint = fingerprint.with(kind);
    }
    for size in order.sizes.iter().flatten() {
        fingerprint = fingerprint.with(&size.to_string());
    }
    match &order.source {
        Source::Upload(key) => fingerprint.upload(key),
        Source::Inline(data) => fingerprint.data(data.facts()),
    }
    .finish()
}
