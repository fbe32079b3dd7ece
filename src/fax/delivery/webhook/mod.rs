//! The webhook: a web service of the operator's, to which each fax is posted.
//!
//! ```text
//! gateway                                   service
//!    | -- POST webhook.url: fax, documents --> |  signed; one key for an attempt, however often
//!    | <------------ accepted | sent | ... --- |
//!    | <---- POST /webhook/status: sent ... -- |  on the operators' port, signed
//!    | -- POST webhook.cancel_url -----------> |  signed
//!    | <----------- cancelled | accepted ----- |
//! ```
//!
//! What must hold: a row says [`Submitting`](super::ledger::Phase::Submitting) before the first
//! byte of a fax is sent, and goes back only if it is certain that nobody took it; an attempt is
//! posted under one key for good; what the service said is written down before it is acted upon;
//! only the service itself can have said it. The service's side is in `docs/WEBHOOK.md`.
//!
//! - `hand_over`, `withdraw`, `statuses`: what is asked of it, and what the service says by itself
//! - `answer`, `said`: what an answer means; `rows`: what is known of attempts
//! - `description`, `documents`, `body`: what is posted; `key`, `signature`: what stands beside it
//! - `target`, `addresses`, `connect`, `silence`, `exchange`: how it gets there

mod addresses;
mod answer;
mod body;
mod connect;
mod description;
mod documents;
mod exchange;
mod hand_over;
mod key;
mod rows;
mod said;
mod settings;
mod signature;
mod silence;
mod statuses;
mod target;
mod withdraw;

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::Full;
use uuid::Uuid;

pub use connect::{MachineResolver, Resolver};
pub use said::Said;
pub use settings::WebhookSettings;
pub use signature::{HEADER as SIGNATURE, Unsigned};
pub use statuses::{Statuses, Told};

use self::{
    answer::{Answer, judge},
    connect::{Connector, tls_config},
    exchange::{Head, exchange, request},
    rows::Rows,
    target::Target,
};
use super::{
    Attempt, Delivery, DeliveryError, Fax, Outcome, Withdrawal,
    ledger::{self, Ledger},
};
use crate::{fax::turns::Turns, settings::Secret};

/// The delivery's name.
pub const NAME: &str = "webhook";

/// Posts faxes to a web service.
pub struct Webhook {
    rows: Rows,
    store: Uuid,
    target: Target,
    cancel: Option<Target>,
    secret: Secret,
    connector: Connector,
    longest_silence: Duration,
    turns: Turns<Attempt>,
    tolerance: Duration,
    keys_kept: Duration,
}

impl Webhook {
    /// A webhook as the settings want it; connects to nothing yet. Blocks.
    ///
    /// # Errors
    /// If these cannot work; the message names the setting.
    pub fn open(settings: WebhookSettings, ledger: Arc<dyn Ledger>) -> Result<Self, String> {
        Self::open_with(settings, ledger, Arc::new(MachineResolver))
    }

    /// The same with a way of the caller's to find hosts.
    pub fn open_with(
        settings: WebhookSettings,
        ledger: Arc<dyn Ledger>,
        resolver: Arc<dyn Resolver>,
    ) -> Result<Self, String> {
        let cancel = settings.cancel_url.as_deref();
        Ok(Self {
            rows: Rows(ledger),
            store: settings.store,
            target: Target::parse("webhook.url", &settings.url)?,
            cancel: cancel
                .map(|it| Target::parse("webhook.cancel_url", it))
                .transpose()?,
            secret: settings.secret,
            connector: Connector {
                resolver,
                tls: Arc::new(tls_config(settings.tls_ca.as_deref())?),
                allow_private: settings.allow_private,
                within: settings.connect_timeout,
            },
            longest_silence: settings.answer_timeout,
            turns: Turns::default(),
            tolerance: settings.tolerance,
            keys_kept: settings.keys_kept,
        })
    }

    /// A key means something to the service that it was posted to, and to no other.
    fn same_place(&self, entry: &ledger::Entry, target: &Target) -> Result<(), DeliveryError> {
        let (there, here) = (&entry.place, &self.target.authority);
        if there.is_empty() || there == here {
            return Ok(());
        }
        Err(DeliveryError::Unavailable(format!(
            "fax {} may have been posted to {there}, and {} is another service now: let it say there \
             how the fax ended, or `chunkgate fax finish`",
            entry.attempt, target.setting
        )))
    }

    /// Takes what the service says by itself, as long as the present runtime lives.
    pub fn statuses(&self) -> Statuses {
        Statuses::new(self.rows.clone(), self.secret.clone(), self.tolerance)
    }

    /// Posts a signed message of JSON.
    async fn post(
        &self,
        target: &Target,
        key: &str,
        message: Vec<u8>,
    ) -> Result<Answer, DeliveryError> {
        let connection = self.connector.connect(target).await;
        let connection = connection.map_err(DeliveryError::Unavailable)?;
        let head = Head {
            content_type: "application/json",
            length: message.len() as u64,
            key,
            signature: &signature::sign(&self.secret, unix_time(), &message),
        };
        let request = request(target, &head, Full::new(Bytes::from(message)));
        let request = request.map_err(DeliveryError::Unavailable)?;
        match exchange(connection, request, self.longest_silence).await {
            Ok(reply) => Ok(judge(target, &reply)),
            Err(why) => Err(no_answer(target, &why)),
        }
    }
}

/// It is not known what the service has done.
fn no_answer(target: &Target, why: &str) -> DeliveryError {
    DeliveryError::Unavailable(format!("no answer from {}: {why}", target.authority))
}

/// Seconds since 1970.
fn unix_time() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |it| it.as_secs())
}

#[async_trait]
impl Delivery for Webhook {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn hand_over(&self, fax: &Fax) -> Result<Option<Outcome>, DeliveryError> {
        self.hand_over_in_turn(fax).await
    }

    async fn outcomes(
        &self,
        attempts: &[Attempt],
    ) -> Result<Vec<(Attempt, Outcome)>, DeliveryError> {
        let entries = self.rows.0.entries(NAME, attempts).await?;
        let ended = entries.into_iter();
        let ended = ended.filter_map(|entry| Some((entry.attempt, entry.phase.outcome()?)));
        Ok(ended.collect())
    }

    async fn withdraw(&self, attempt: Attempt) -> Result<Withdrawal, DeliveryError> {
        self.take_back(attempt).await
    }

    async fn forget(&self, attempt: Attempt) -> Result<(), DeliveryError> {
        Ok(self.rows.0.forget(NAME, attempt).await?)
    }

    async fn kept(
        &self,
        after: Option<Attempt>,
        limit: usize,
    ) -> Result<Vec<Attempt>, DeliveryError> {
        Ok(self.rows.0.kept(NAME, after, limit).await?)
    }

    async fn probe(&self) -> Result<(), DeliveryError> {
        let connected = self.connector.connect(&self.target).await;
        connected.map(drop).map_err(DeliveryError::Unavailable)
    }
}
