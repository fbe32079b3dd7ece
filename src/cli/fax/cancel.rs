//! `chunkgate fax cancel`

use std::time::{Duration, Instant};

use clap::Args;
use tokio::time::sleep;

use crate::{
    fax::{
        item::{FaxItem, TransactionState},
        outcome::CANCELLED,
        repository::FaxRepository,
    },
    settings::Settings,
};

use super::{Failure, Fax, find, process};

/// How long a gateway may take to take a fax back, before nobody waits for it any more.
const WITHIN: Duration = Duration::from_secs(10);
/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Cancel a fax that was not sent yet.
///
/// One that no delivery has seen is cancelled at once. One that a delivery has is taken back by
/// the gateway, for which the command waits some seconds; if no gateway runs, that is done when
/// one does. It is too late when whoever sends the fax has begun.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  chunkgate fax cancel 4711")]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    fax: Fax,
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    let id = arguments.fax.id;
    process::with_existing_backend(settings, async |backend| {
        let repository = backend.faxes(settings);
        let fax = find(&*repository, id).await?;
        let at_once = repository.cancel_waiting(&[id], &CANCELLED.end()).await?;
        if !at_once.is_empty() {
            note!("fax {id} is cancelled");
            return Ok(());
        }
        if repository.request_cancellation(&[id]).await?.is_empty() {
            return Err(too_late(&find(&*repository, id).await?));
        }
        // Nobody else can run a gateway here while this process has the data directory.
        let may_run = settings.database.url.is_some() || backend.is_held();
        if may_run {
            let delivery = fax.queue.map_or_else(String::new, |queued| queued.delivery);
            note!("waiting for a gateway to take fax {id} back from delivery {delivery} ...");
        }
        let patience = if may_run { WITHIN } else { Duration::ZERO };
        match taken_back(&*repository, &arguments.fax, patience).await? {
            None => note!(
                "fax {id} is not cancelled yet: a gateway takes it back from its delivery when one \
                 runs; `chunkgate fax show {id}` shows whether it did"
            ),
            Some(fax) if fax.state == TransactionState::Cancelled => {
                note!("fax {id} is cancelled");
            }
            Some(fax) => return Err(too_late(&fax)),
        }
        Ok(())
    })
}

/// The fax, when nobody tries to take it back any more; none if that takes too long.
async fn taken_back(
    repository: &dyn FaxRepository,
    fax: &Fax,
    patience: Duration,
) -> Result<Option<FaxItem>, Failure> {
    let deadline = Instant::now() + patience;
    loop {
        let item = find(repository, fax.id).await?;
        let queued = item.queue.as_ref();
        if !queued.is_some_and(|queued| queued.cancel_requested) {
            return Ok(Some(item));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        sleep(PAUSE).await;
    }
}

/// Why a fax is not cancelled.
fn too_late(fax: &FaxItem) -> Failure {
    let id = fax.id;
    Failure::Refused(match fax.state {
        TransactionState::Cancelled => format!("fax {id} is cancelled already"),
        TransactionState::Sent | TransactionState::Failed => {
            format!("it is too late to cancel fax {id}: it is {}", fax.state)
        }
        TransactionState::Waiting | TransactionState::Delivering | TransactionState::HandedOver => {
            format!(
                "it is too late to cancel fax {id}: it is {}, and whoever has it is sending it; \
                 `chunkgate fax show {id}` shows when it has ended",
                fax.state
            )
        }
    })
}
