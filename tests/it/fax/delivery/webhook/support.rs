//! Deliveries to a receiver, and what they are set up with.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chunkgate::{
    fax::delivery::{
        Attempt, Outcome, SharedDelivery,
        ledger::Ledger,
        webhook::{Said, Statuses, Told, Webhook, WebhookSettings},
    },
    settings::Secret,
};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

use super::{
    super::{
        contract::{Harness, Received},
        rows::Rows,
    },
    receiver::{Receiver, status_of},
    signed::SECRET,
};

/// The content store of the tests.
pub const STORE: Uuid = Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);

/// Settings for a receiver on this machine.
pub fn settings(receiver: &Receiver) -> WebhookSettings {
    WebhookSettings {
        store: STORE,
        url: receiver.url("/fax"),
        secret: Secret::new(SECRET),
        cancel_url: Some(receiver.url("/cancel")),
        allow_private: true,
        tls_ca: None,
        connect_timeout: Duration::from_secs(10),
        answer_timeout: Duration::from_secs(10),
        keys_kept: Duration::from_hours(1),
        tolerance: Duration::from_mins(5),
    }
}

/// A delivery, its receiver, and the rows of a database of their own.
pub struct Office {
    pub receiver: Receiver,
    pub rows: Rows,
    settings: WebhookSettings,
    statuses: Mutex<Option<Statuses>>,
    _kept: Option<TempDir>,
}

impl Office {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With `change`d settings.
    pub async fn with(change: impl FnOnce(&mut WebhookSettings)) -> Self {
        Self::of(Receiver::start().await, change).await
    }

    pub async fn of(receiver: Receiver, change: impl FnOnce(&mut WebhookSettings)) -> Self {
        let mut settings = settings(&receiver);
        change(&mut settings);
        Self {
            rows: Rows::new().await,
            receiver,
            settings,
            statuses: Mutex::default(),
            _kept: None,
        }
    }

    /// With files that its settings name.
    pub fn keeping(self, folder: TempDir) -> Self {
        Self {
            _kept: Some(folder),
            ..self
        }
    }

    pub fn webhook(&self) -> Webhook {
        self.webhook_with(|_| {})
    }

    /// With settings `change`d again.
    pub fn webhook_with(&self, change: impl FnOnce(&mut WebhookSettings)) -> Webhook {
        let mut settings = self.settings.clone();
        change(&mut settings);
        self.open(settings, Arc::clone(&self.rows.ledger))
    }

    /// On another ledger.
    pub fn webhook_on(&self, ledger: Arc<dyn Ledger>) -> Webhook {
        self.open(self.settings.clone(), ledger)
    }

    fn open(&self, settings: WebhookSettings, ledger: Arc<dyn Ledger>) -> Webhook {
        let webhook = Webhook::open(settings, ledger).expect("it opens");
        *self.statuses.lock().unwrap() = Some(webhook.statuses());
        webhook
    }

    /// The receiver says something of an attempt.
    pub async fn tell(&self, attempt: Attempt, status: &Value) -> Told {
        let key = self.receiver.key(attempt).expect("it has it");
        let said = Said::of(status.as_object().expect("an object")).expect("a status");
        let statuses = self.statuses.lock().unwrap().clone().expect("it is open");
        statuses.told(key, said).await.expect("the database works")
    }

    /// The phase in which an attempt is.
    pub async fn phase(&self, attempt: Attempt) -> String {
        let query = "SELECT phase FROM fax_attempt WHERE transaction_id = $1 AND attempt = $2";
        let number = i64::from(attempt.number);
        let row = self
            .rows
            .sql
            .query_opt(query, &[&attempt.transaction.0, &number])
            .await;
        row.unwrap().map_or("unknown".to_owned(), |row| row.get(0))
    }
}

/// A harness that is made when it is needed.
pub struct Lazy<F> {
    make: F,
    made: tokio::sync::OnceCell<Office>,
}

impl<F: AsyncFn() -> Office> Lazy<F> {
    pub fn new(make: F) -> Self {
        Self {
            make,
            made: tokio::sync::OnceCell::new(),
        }
    }
}

#[async_trait]
impl Harness for Lazy<fn() -> futures_util::future::BoxFuture<'static, Office>> {
    async fn open(&self) -> SharedDelivery {
        let office = self.made.get_or_init(self.make).await;
        Arc::new(office.webhook())
    }

    async fn begin(&self, attempt: Attempt) -> Option<Received> {
        let held = self.made.get().expect("it is open").receiver.begin(attempt);
        held.map(|held| Received {
            recipient: held.recipient,
            documents: held.documents,
        })
    }

    async fn end(&self, attempt: Attempt, outcome: &Outcome) {
        let office = self.made.get().expect("it is open");
        office.receiver.end(attempt, outcome);
        let told = office.tell(attempt, &status_of(Some(outcome))).await;
        assert_eq!(told, Told::Written);
    }
}
