//! Taking an order.

use std::net::IpAddr;

use time::OffsetDateTime;
use tracing::info;

use crate::{
    engine::{
        ConnectionId, Peer, UploadError,
        account::{Account, AccountId},
        accounts::Credentials,
        doubts::Placing,
        repository::SessionName,
        session::{SessionId, SessionKey, SessionState, SessionStatus},
    },
    telemetry::metrics,
};

use super::{
    FaxError, FaxSettings, Faxes,
    fingerprint::Fingerprint,
    item::{FaxOptions, TransactionId, TransactionState},
    order::{Order, Source},
    repository::{NewRecipient, NewSubmission, Recorded, Route},
};

/// The request with which an order comes.
pub struct Client<'a> {
    /// From where.
    pub address: IpAddr,
    /// Through which front end.
    pub protocol: &'static str,
    /// On which connection, if that is known to be the client's own and not a proxy's.
    pub connection: Option<ConnectionId>,
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
        let now = OffsetDateTime::now_utc();
        let fingerprints = fingerprints(account, &order, settings, now);
        let fingerprint = fingerprints[0];
        let turn = self.turn(fingerprint).await?;
        let mut recording = self.recording(&fingerprint);
        let is_of_upload = matches!(order.source, Source::Upload(_));
        let repeated = if is_of_upload {
            self.of_same_upload(account.id, &fingerprints).await?
        } else {
            self.repeated(account, &fingerprints, recording, client)
                .await?
        };
        if let Some(recorded) = repeated {
            return Ok(self.answer_again(recorded, client));
        }
        let upload = match &order.source {
            Source::Upload(key) => Some(self.upload(account, *key).await?),
            Source::Inline(_) => None,
        };
        let received = match (&upload, &order.source) {
            (None, Source::Inline(data)) => data.length(),
            (upload, _) => upload.as_ref().map_or(0, |upload| upload.received),
        };
        let documents = order.documents(kinds, received, settings)?;
        let length = documents
            .iter()
            .fold(0_u64, |sum, document| sum.saturating_add(document.length));
        let placing = self.placing(upload.as_ref(), received, length).await?;
        let options = order.options(settings, now)?;
        let peer = (client.peer)();
        if peer == Peer::Gone {
            return Err(UploadError::ClientGone.into());
        }
        let session = match (upload, order.source) {
            (Some(upload), Source::Upload(key)) => {
                self.shared.uploads.forget(key);
                upload.id
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
            received,
            placing,
            length,
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
        let (faxes, session) = (self.clone(), submission.session);
        let recorded = self.to_its_end(async move {
            let _turn = turn;
            let statement = || faxes.shared.repository.submit(&submission);
            let recorded = faxes
                .record(submission.account, fingerprint, recording, statement)
                .await?;
            if recorded.is_some() {
                faxes.note_new(&submission.recipients, &submission.route);
            }
            Ok::<_, FaxError>(recorded)
        });
        match recorded.await? {
            Some(recorded) => Ok(self.taken(recorded, client)),
            None if is_of_upload => {
                self.not_taken(account.id, session, &fingerprints, client)
                    .await
            }
            None => Err(UploadError::SessionNotOpen.into()),
        }
    }

    /// Takes note of an order to these recipients that was recorded just now.
    pub(super) fn note_new(&self, recipients: &[NewRecipient], route: &Route) {
        for _ in recipients.iter().filter(|it| !it.is_valid) {
            metrics::fax_ended(&route.delivery, TransactionState::Failed);
        }
        self.shared.queued.notify_waiters();
    }

    /// The answer to an order that was recorded just now.
    pub(super) fn taken(&self, recorded: Recorded, client: &Client<'_>) -> Submitted {
        info!(transaction = %recorded.parent, "fax submitted");
        self.note_answer(recorded, client);
        Submitted {
            id: recorded.parent,
            again: false,
        }
    }

    /// What becomes of an upload that changed, or was taken, since it was looked at.
    async fn not_taken(
        &self,
        account: AccountId,
        session: SessionId,
        fingerprints: &[[u8; 32]],
        client: &Client<'_>,
    ) -> Result<Submitted, FaxError> {
        if let Some(recorded) = self.of_same_upload(account, fingerprints).await? {
            return Ok(self.answer_again(recorded, client));
        }
        let uploads = &self.shared.uploads;
        Err(
            match uploads.status(SessionName::Id(session)).await?.state {
                SessionState::Open | SessionState::Complete => {
                    UploadError::Internal("an upload changed while it was submitted").into()
                }
                SessionState::Consumed | SessionState::Cancelled | SessionState::Expired => {
                    UploadError::SessionNotOpen.into()
                }
            },
        )
    }

    /// How the extents of the documents are placed, if not as they are. Without an upload there is
    /// nothing in doubt.
    ///
    /// # Errors
    /// [`UploadError::SizeMismatch`] if the documents are not as long as what was sent can be.
    async fn placing(
        &self,
        upload: Option<&SessionStatus>,
        received: u64,
        expected: u64,
    ) -> Result<Option<Placing>, FaxError> {
        let placing = match upload {
            _ if expected == received => None,
            Some(upload) if upload.doubtful_chunks > 0 => {
                let placing = self.shared.uploads.place(upload.id, expected).await?;
                Some(placing.ok_or(UploadError::SizeMismatch { received, expected })?)
            }
            _ => return Err(UploadError::SizeMismatch { received, expected }.into()),
        };
        // Chunks in doubt were taken beyond the limit: they may have been none.
        let limit = upload.map_or(u64::MAX, |upload| upload.limits.max_total);
        if expected > limit {
            let total = expected;
            return Err(UploadError::TotalTooLarge { total, limit }.into());
        }
        Ok(placing)
    }

    /// An upload of the account's that may be taken.
    async fn upload(&self, account: &Account, key: SessionKey) -> Result<SessionStatus, FaxError> {
        let status = self.shared.uploads.status(SessionName::Key(key)).await?;
        let is_theirs = status.account.as_deref() == Some(account.name.as_str());
        match status.state {
            SessionState::Open | SessionState::Complete if is_theirs => Ok(status),
            SessionState::Open
            | SessionState::Complete
            | SessionState::Consumed
            | SessionState::Cancelled
            | SessionState::Expired => Err(UploadError::SessionNotOpen.into()),
        }
    }
}

/// The fingerprint under which the order is recorded, and then those that equal ones may have.
///
/// Many clients name the present for a fax that is not to be postponed, and another present when
/// they send it again. So a time that is over counts as none; but it may have been to come when the
/// same order was recorded.
fn fingerprints(
    account: &Account,
    order: &Order,
    settings: &FaxSettings,
    now: OffsetDateTime,
) -> Vec<[u8; 32]> {
    let given = order.bounded_options(settings);
    let mut fingerprints = Vec::new();
    if given.postponed_until.is_some_and(|until| until <= now) {
        let at_once = FaxOptions {
            postponed_until: None,
            ..given.clone()
        };
        fingerprints.push(fingerprint(account, order, &at_once));
    }
    fingerprints.push(fingerprint(account, order, &given));
    fingerprints
}

fn fingerprint(account: &Account, order: &Order, options: &FaxOptions) -> [u8; 32] {
    let mut fingerprint = Fingerprint::of(account.id, "submit")
        .recipients(&order.recipients)
        .options(options);
    for kind in &order.types {
        fingerprint = fingerprint.with(kind);
    }
    for size in order.sizes.iter().flatten() {
        fingerprint = fingerprint.with(&size.to_string());
    }
    match &order.source {
        Source::Upload(key) => fingerprint.upload(key),
        Source::Inline(data) => fingerprint.data(data.facts()).with(order.call),
    }
    .finish()
}
