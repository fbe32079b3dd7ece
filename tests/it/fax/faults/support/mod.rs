//! A database with faxes in it, and outboxes that work on it.

mod consumer;
mod fuse;
mod stepwise;

use std::{
    path::PathBuf,
    sync::{Arc, LazyLock},
    time::Duration,
};

use bytes::Bytes;
use chunkgate::{
    engine::{UploadError, session::SessionId},
    fax::{
        OutboxSettings,
        delivery::{
            Content, SharedDelivery,
            spool::{Spool, SpoolSettings},
        },
        item::{FaxDocument, FaxItem, FaxOptions, TransactionId, TransactionState},
        outbox::{Deliveries, Documents, Outbox},
        repository::{FaxRepository, NewRecipient, NewSubmission, Route},
    },
    store::postgres::Postgres,
};
use futures_util::{
    FutureExt, StreamExt,
    stream::{self, BoxStream},
};
use tempfile::TempDir;
use tokio::{sync::Notify, task::JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    engine::support::{World, open, pool},
    support::eventually::eventually,
};

pub use consumer::{Consumer, Seen};
pub use fuse::{Fuse, Fused, FusedDisk, Side};
pub use stepwise::{Moment, Steps, Stepwise};

/// The name of the spool in the database.
pub const SPOOL: &str = "spool";

/// Everything at once, and nothing given up.
pub static SETTINGS: LazyLock<OutboxSettings> = LazyLock::new(|| OutboxSettings {
    workers: 4,
    poll_interval: Duration::from_millis(10),
    lease: Duration::from_hours(1),
    retry_pause: Duration::from_millis(5),
    give_up_after: Duration::from_hours(1),
    outcome_within: Duration::from_hours(1),
});

/// A world with faxes and a spool.
pub struct Desk {
    pub world: World,
    pub faxes: Arc<dyn FaxRepository>,
    /// The process that submits.
    pub boot: Uuid,
    pub directory: TempDir,
}

impl Desk {
    pub async fn new() -> Self {
        let world = World::new().await;
        let faxes = rows(&world);
        let boot = world.boot().await;
        Self {
            world,
            faxes,
            boot,
            directory: tempfile::tempdir().expect("a folder"),
        }
    }

    /// Where attempts appear in the spool.
    pub fn new_directory(&self) -> PathBuf {
        self.directory.path().join("new")
    }

    /// A spool as another gateway has it.
    pub fn spool(&self) -> Spool {
        let settings = SpoolSettings::new(self.directory.path());
        Spool::open(&settings).expect("a spool")
    }

    /// A fax to one recipient on its way to the spool.
    pub async fn fax(&self, retries: u32) -> TransactionId {
        self.fax_to(SPOOL, retries).await
    }

    /// The same to another delivery.
    pub async fn fax_to(&self, delivery: &'static str, retries: u32) -> TransactionId {
        self.batch(delivery, &[true], retries).await[0]
    }

    /// A fax to recipients whose numbers are valid, or not.
    pub async fn batch(
        &self,
        delivery: &'static str,
        are_valid: &[bool],
        retries: u32,
    ) -> Vec<TransactionId> {
        let submission = self.submission(delivery, are_valid, retries).await;
        let recorded = self.faxes.submit(&submission).await.expect("an answer");
        let parent = recorded.expect("the upload is there").parent;
        let batch = self.faxes.batch(parent).await.expect("an answer");
        batch.into_iter().map(|(id, _)| id).collect()
    }

    /// A submission that takes an upload of its own.
    pub async fn submission(
        &self,
        delivery: &'static str,
        are_valid: &[bool],
        retries: u32,
    ) -> NewSubmission {
        let account = self.world.account;
        let insert = format!(
            "INSERT INTO upload_session (session_key, account_id, protocol, client_address, state, max_chunk, max_total,
                                         timeout, received, expires_at)
             VALUES (sha256(gen_random_uuid()::text::bytea), {}, 'test', '127.0.0.1', 'complete', 1000, 1000, 3600,
                     {LENGTH}, now() + interval '1 hour')
             RETURNING id",
            account.0
        );
        let session = SessionId(self.world.number(&insert).await);
        NewSubmission {
            session,
            received: LENGTH,
            placing: None,
            length: LENGTH,
            account,
            user: "Office".to_owned(),
            protocol: "test",
            client_address: "127.0.0.1".to_owned(),
            fingerprint: [0; 32],
            token: Uuid::new_v4(),
            boot: self.boot,
            options: FaxOptions {
                retries,
                ..FaxOptions::default()
            },
            documents: vec![FaxDocument {
                kind: "TXT".to_owned(),
                length: LENGTH,
            }],
            recipients: are_valid.iter().map(|valid| recipient(*valid)).collect(),
            route: Route {
                delivery: delivery.to_owned(),
                holds_postponed: false,
            },
        }
    }

    /// A transaction as everybody sees it.
    pub async fn item(&self, id: TransactionId) -> FaxItem {
        let items = self.faxes.faxes(&[id]).await.expect("an answer");
        items.into_iter().next().expect("a transaction")
    }

    /// Waits until a transaction is over.
    pub async fn over(&self, id: TransactionId) -> FaxItem {
        eventually("end of a fax", async || {
            let item = self.item(id).await;
            item.state.is_over().then_some(item)
        })
        .await
    }

    /// Waits until a transaction is in a state.
    pub async fn reaches(&self, id: TransactionId, state: TransactionState) -> FaxItem {
        eventually(state.as_str(), async || {
            let item = self.item(id).await;
            (item.state == state).then_some(item)
        })
        .await
    }

    /// Ends the pauses of a delivery's faxes, and leases that are shorter than those of
    /// [`SETTINGS`]: whoever lives keeps what it has.
    pub async fn time_passes(&self, delivery: &str) {
        let all = "UPDATE fax_outbox SET due_at = now()
                   WHERE delivery = $1 AND due_at BETWEEN now() AND now() + interval '10 minutes'
                     AND (phase <> 'handed_over' OR cancel_requested)";
        self.world
            .sql
            .execute(all, &[&delivery])
            .await
            .expect("an answer");
    }

    /// Rows of the outbox.
    pub async fn queued(&self) -> i64 {
        self.world.number("SELECT count(*) FROM fax_outbox").await
    }

    /// An outbox with this delivery.
    pub fn outbox(&self, delivery: SharedDelivery, settings: OutboxSettings) -> Outbox {
        outbox_on(Arc::clone(&self.faxes), delivery, settings)
    }
}

/// An outbox that has its rows from elsewhere.
pub fn outbox_on(
    repository: Arc<dyn FaxRepository>,
    delivery: SharedDelivery,
    settings: OutboxSettings,
) -> Outbox {
    Outbox {
        repository,
        documents: Arc::new(Texts),
        deliveries: Deliveries::new([delivery]),
        queued: Arc::new(Notify::new()),
        settings,
    }
}

/// Rows through a pool of their own.
pub fn rows(world: &World) -> Arc<dyn FaxRepository> {
    let database = open(world.database.config(), pool());
    Arc::new(Postgres::new(database, "".into()))
}

fn recipient(is_valid: bool) -> NewRecipient {
    NewRecipient {
        number: if is_valid { "+1-212-5550100" } else { "nobody" }.to_owned(),
        contact: String::new(),
        is_valid,
    }
}

/// An outbox at work; dropped, it is as if its process had been killed.
pub struct Working {
    jobs: JoinSet<()>,
    stop: CancellationToken,
}

impl Working {
    pub fn start(outbox: &Outbox) -> Self {
        let (mut jobs, stop) = (JoinSet::new(), CancellationToken::new());
        outbox.start(&mut jobs, &stop);
        Self { jobs, stop }
    }

    /// `kill -9`.
    pub async fn kill(mut self) {
        self.jobs.shutdown().await;
    }

    /// Stops in order.
    pub async fn stop(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.jobs.join_next().await {
            ended.expect("no panic");
        }
    }
}

/// The bytes of every document.
pub const LENGTH: u64 = 24;

/// Documents without a store: each upload has a text of its own.
struct Texts;

/// The text in an upload.
pub fn text(session: SessionId) -> Vec<u8> {
    let width = usize::try_from(LENGTH).expect("short");
    format!("{:>width$}", session.0).into_bytes()
}

impl Documents for Texts {
    fn of(&self, session: SessionId) -> Arc<dyn Content> {
        Arc::new(Text(session))
    }
}

struct Text(SessionId);

impl Content for Text {
    fn open(&self) -> BoxStream<'static, Result<Bytes, UploadError>> {
        let bytes = Bytes::from(text(self.0));
        stream::once(async { Ok(bytes) }.boxed()).boxed()
    }
}
