//! `chunkgate delivery test`

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use clap::Args;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use serde::Serialize;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use crate::{
    backend::Backend,
    engine::UploadError,
    fax::{
        delivery::{Attempt, Content, Delivery, DeliveryError, Fax, Withdrawal},
        item::{FaxDocument, FaxItem, TransactionId, TransactionState},
        outbox,
        outcome::{CANCELLED, GIVEN_UP},
        recipients::can_be_dialled,
        repository::{FaxRepository, NewTest},
    },
    settings::{DeliveryName, Settings},
};

use super::{Failure, how_to, open, output, process, upload::type_of, values};

/// What is sent when no file is named.
const SAMPLE: &[u8] = include_bytes!("../../../tests/data/sample.pdf");
/// The largest document of a test, in bytes: it is held in memory.
const LARGEST: u64 = 64 << 20;
/// For how long the fax is in our hands alone, while it is handed over.
const LEASE: Duration = Duration::from_mins(4);
/// How long handing it over may take.
const HAND_OVER_WITHIN: Duration = Duration::from_mins(2);
/// How long taking it back may take.
const TAKE_BACK_WITHIN: Duration = Duration::from_mins(1);
/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// Send a test document by a delivery, and say what happens.
///
/// It goes the way of every fax: by `hylafax` it is really dialled, by `webhook` it is posted, by
/// `spool` it lies in the directory. The fax stands in `chunkgate fax list`, from nobody. A gateway
/// may run or not; where the end of a fax is reported to it (`webhook`), it should.
///
/// Succeeds if the fax was sent, or is still under way when the waiting is over.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate delivery test hylafax --to +49-30-123456
  chunkgate delivery test webhook --to 0000 --wait 10s --json letter.pdf")]
pub(in crate::cli) struct Arguments {
    /// The delivery: spool, hylafax or webhook
    #[arg(value_parser = values::delivery)]
    name: DeliveryName,
    /// The document, whose type is the end of its name; else a page that chunkgate brings along
    file: Option<PathBuf>,
    /// The fax number
    #[arg(long, value_name = "NUMBER", value_parser = number)]
    to: String,
    /// How long to wait for the end of the fax
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = values::seconds)]
    wait: u32,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// What happened.
#[derive(Serialize)]
struct Report {
    delivery: &'static str,
    fax: TransactionId,
    state: TransactionState,
    status: i32,
    text: String,
    pages_sent: u32,
    duration: u32,
    remote_csid: String,
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    let (bytes, kind) = document(arguments.file.as_deref())?;
    process::with_directory(settings, async |backend| {
        let name = arguments.name;
        let delivery = open(settings, backend, name).await?.ok_or_else(|| {
            Failure::Misused(format!(
                "delivery {} is not set up: {}",
                name.as_str(),
                how_to(name)
            ))
        })?;
        delivery
            .probe()
            .await
            .map_err(|error| failed(name, "does not work", &error))?;
        note!("{}: reached", name.as_str());
        let test = Test {
            settings,
            backend,
            delivery: &*delivery,
            repository: &*backend.faxes(settings),
            name,
        };
        let item = test
            .send(&arguments.to, bytes, kind, arguments.wait)
            .await?;
        test.report(&item, arguments.json)
    })
}

struct Test<'a> {
    settings: &'a Settings,
    backend: &'a Backend,
    delivery: &'a dyn Delivery,
    repository: &'a dyn FaxRepository,
    name: DeliveryName,
}

impl Test<'_> {
    /// Sends the document; returns the fax when it is over, or the waiting is.
    async fn send(
        &self,
        to: &str,
        bytes: Bytes,
        kind: String,
        wait: u32,
    ) -> Result<FaxItem, Failure> {
        let lease = Uuid::new_v4();
        let until = std::time::Instant::now() + HAND_OVER_WITHIN;
        let document = FaxDocument {
            kind,
            length: bytes.len() as u64,
        };
        let test = NewTest {
            user: "(test)".to_owned(),
            recipient: to.to_owned(),
            document: document.clone(),
            delivery: self.name.as_str().to_owned(),
            lease,
            lease_for: LEASE,
        };
        let transaction = self.repository.begin_test(&test).await?;
        let attempt = Attempt {
            transaction,
            number: 1,
        };
        let fax = Fax {
            attempt,
            item: self.item(transaction).await?,
            documents: vec![document],
            content: Arc::new(InMemory(bytes)),
            until,
        };
        let handed = timeout(HAND_OVER_WITHIN, self.delivery.hand_over(&fax)).await;
        let handed = handed.unwrap_or_else(|_| {
            let why = format!("no end of it within {HAND_OVER_WITHIN:?}");
            Err(DeliveryError::Unavailable(why))
        });
        match handed {
            Ok(Some(outcome)) => self.settle(attempt, outcome).await?,
            Ok(None) => {
                let within = self.settings.fax.outcome_within;
                let noted = self.repository.handed_over(attempt, lease, within).await?;
                if noted.is_none() {
                    note!("a gateway goes on with fax {transaction}");
                } else {
                    note!("{}: has taken fax {transaction}", self.name.as_str());
                }
            }
            Err(error) => {
                self.give_up(attempt).await?;
                return Err(failed(self.name, "does not take the fax", &error));
            }
        }
        self.watch(attempt, Duration::from_secs(wait.into())).await
    }

    /// Waits for the end of the fax, and says what is heard of it meanwhile.
    async fn watch(&self, attempt: Attempt, wait: Duration) -> Result<FaxItem, Failure> {
        let deadline = Instant::now() + wait;
        let mut said = String::new();
        loop {
            // A running gateway asks, too; whoever hears it first writes it down.
            if let Ok(outcomes) = self.delivery.outcomes(&[attempt]).await {
                for (attempt, outcome) in outcomes {
                    self.settle(attempt, outcome).await?;
                }
            }
            let item = self.item(attempt.transaction).await?;
            let ledger = self.backend.ledger(self.settings);
            if let Some(entry) = ledger.find(self.name.as_str(), attempt).await?
                && !entry.progress.is_empty()
                && entry.progress != said
            {
                said = entry.progress;
                note!("{}: {}", self.name.as_str(), output::printable(&said));
            }
            if item.state.is_over() || Instant::now() >= deadline {
                return Ok(item);
            }
            sleep(PAUSE).await;
        }
    }

    async fn settle(
        &self,
        attempt: Attempt,
        outcome: crate::fax::delivery::Outcome,
    ) -> Result<(), Failure> {
        outbox::settle(self.repository, attempt, outcome, Duration::ZERO).await?;
        // What is left of it is looked for by the gateway.
        let _ = self.delivery.forget(attempt).await;
        Ok(())
    }

    /// The fax was not taken: it must not be sent later either.
    async fn give_up(&self, attempt: Attempt) -> Result<(), Failure> {
        let id = attempt.transaction;
        let withdrawn = timeout(TAKE_BACK_WITHIN, self.delivery.withdraw(attempt)).await;
        match withdrawn.unwrap_or_else(|_| Err(DeliveryError::Unavailable(String::new()))) {
            Ok(Withdrawal::Withdrawn) => {
                let end = GIVEN_UP.end();
                self.repository
                    .end(
                        id,
                        Some(attempt.number),
                        &[TransactionState::Delivering],
                        &end,
                    )
                    .await?;
                let _ = self.delivery.forget(attempt).await;
            }
            Ok(Withdrawal::Ended(outcome)) => self.settle(attempt, outcome).await?,
            Ok(Withdrawal::TooLate) | Err(_) => note!(
                "fax {id} may be on its way all the same; `chunkgate fax show {id}` shows what a \
                 gateway learns of it"
            ),
        }
        Ok(())
    }

    async fn item(&self, id: TransactionId) -> Result<FaxItem, Failure> {
        let item = self.repository.faxes(&[id]).await?.into_iter().next();
        item.ok_or_else(|| Failure::Failed(format!("fax {id} is gone")))
    }

    fn report(&self, item: &FaxItem, json: bool) -> Result<(), Failure> {
        let (id, name) = (item.id, self.name.as_str());
        let report = Report {
            delivery: name,
            fax: id,
            state: item.state,
            status: item.status,
            text: item.status_text.clone(),
            pages_sent: item.pages_sent,
            duration: item.duration,
            remote_csid: item.remote_csid.clone(),
        };
        let text = output::printable(&item.status_text);
        let line = match item.state {
            TransactionState::Sent => format!(
                "fax {id} was sent: {} in {} s\n",
                output::counted(item.pages_sent.into(), "page"),
                item.duration
            ),
            TransactionState::Failed | TransactionState::Cancelled => {
                format!("fax {id} is {}: {text} ({})\n", item.state, item.status)
            }
            TransactionState::Waiting
            | TransactionState::Delivering
            | TransactionState::HandedOver => format!(
                "fax {id} is under way: `chunkgate fax show {id}` shows how it goes, `chunkgate fax \
                 cancel {id}` takes it back\n"
            ),
        };
        if json {
            output::json(&report)?;
        } else {
            output::print(&line)?;
        }
        match item.state {
            TransactionState::Failed if u32::try_from(item.status) != Ok(CANCELLED.code) => Err(
                Failure::Failed(format!("the test by {name} has failed: {text}")),
            ),
            TransactionState::Failed | TransactionState::Cancelled => Err(Failure::Refused(
                format!("the test by {name} was cancelled"),
            )),
            TransactionState::Sent
            | TransactionState::Waiting
            | TransactionState::Delivering
            | TransactionState::HandedOver => Ok(()),
        }
    }
}

fn failed(name: DeliveryName, what: &str, error: &DeliveryError) -> Failure {
    Failure::Failed(format!("delivery {} {what}: {error}", name.as_str()))
}

/// The bytes of the document, and its type.
fn document(file: Option<&Path>) -> Result<(Bytes, String), Failure> {
    let Some(path) = file else {
        return Ok((Bytes::from_static(SAMPLE), "PDF".to_owned()));
    };
    let name = path.display();
    let length = fs::metadata(path)
        .map_err(Failure::io(format!("cannot open {name}")))?
        .len();
    if !(1..=LARGEST).contains(&length) {
        return Err(Failure::Misused(format!(
            "{name} has {length} bytes; a test takes from 1 byte to {LARGEST}"
        )));
    }
    let kind = type_of(path).ok_or_else(|| {
        Failure::Misused(format!(
            "the name of {name} does not end in a type, as in letter.pdf"
        ))
    })?;
    let bytes = fs::read(path).map_err(Failure::io(format!("cannot read {name}")))?;
    Ok((bytes.into(), kind))
}

fn number(text: &str) -> Result<String, String> {
    can_be_dialled(text)
        .then(|| text.to_owned())
        .ok_or_else(|| "allowed are fax numbers, as in +49-30-123456".to_owned())
}

struct InMemory(Bytes);

impl Content for InMemory {
    fn open(&self) -> BoxStream<'static, Result<Bytes, UploadError>> {
        let bytes = self.0.clone();
        stream::once(async move { Ok(bytes) }).boxed()
    }
}
