//! `chunkgate fax retry`

use clap::Args;
use time::OffsetDateTime;

use crate::{
    backend::Backend,
    fax::{
        item::{FaxItem, Queued, TransactionState},
        outcome::INVALID_NUMBER,
        repository::FaxRepository,
    },
    settings::{DeliveryName, Settings},
};

use super::{Failure, Fax, documents_dropped, find, output::when, process, values::delivery};

/// Send a fax again that has failed or was cancelled, or let one that waits for its next try go at once.
///
/// A fax that is over is queued under its old number, for one more attempt; its documents must
/// still be kept (`fax.keep_documents`). A gateway hands it over within `fax.poll_interval`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate fax retry 4711
  chunkgate fax list --state failed --json | jq .id | xargs -n 1 chunkgate fax retry")]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    fax: Fax,
    /// Let it leave by this delivery: spool, hylafax or webhook; else its account's, or `fax.delivery`
    #[arg(long, value_name = "NAME", value_parser = delivery)]
    delivery: Option<DeliveryName>,
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    let done = process::with_existing_backend(settings, async |backend| {
        let repository = backend.faxes(settings);
        let fax = find(&*repository, arguments.fax.id).await?;
        match (fax.state, &fax.queue) {
            (TransactionState::Failed | TransactionState::Cancelled, _) => {
                let route = route(backend, settings, arguments, &fax).await?;
                requeue(&*repository, &fax, route.as_str()).await
            }
            (TransactionState::Waiting, Some(queued)) => {
                if arguments.delivery.is_some() {
                    return Err(Failure::Misused(format!(
                        "fax {0} waits for its next try by {1}; to let it leave by another \
                         delivery, `chunkgate fax cancel {0}` first",
                        fax.id, queued.delivery
                    )));
                }
                may_hasten(&fax, queued)?;
                if repository.hasten(fax.id).await? {
                    Ok(format!("attempt {} is due now", queued.attempt))
                } else {
                    Err(changed(&*repository, &fax).await?)
                }
            }
            (
                TransactionState::Waiting
                | TransactionState::Delivering
                | TransactionState::HandedOver
                | TransactionState::Sent,
                _,
            ) => Err(Failure::Refused(under_way_or_sent(&fax))),
        }
    })?;
    note!("fax {}: {done}", arguments.fax.id);
    Ok(())
}

/// By which delivery the fax leaves now.
async fn route(
    backend: &Backend,
    settings: &Settings,
    arguments: &Arguments,
    fax: &FaxItem,
) -> Result<String, Failure> {
    if let Some(delivery) = arguments.delivery {
        return Ok(delivery.as_str().to_owned());
    }
    let account = backend.repository(settings).account(&fax.user).await?;
    let own = account.and_then(|account| account.settings.delivery);
    Ok(own.unwrap_or_else(|| settings.fax.delivery.as_str().to_owned()))
}

async fn requeue(
    repository: &dyn FaxRepository,
    fax: &FaxItem,
    delivery: &str,
) -> Result<String, Failure> {
    let id = fax.id;
    // Such a number was never handed over: it may be anything, and programs are not made for that.
    if u32::try_from(fax.status) == Ok(INVALID_NUMBER.code) {
        return Err(Failure::Refused(format!(
            "the number of fax {id} cannot be dialled; its client has to submit it with another one"
        )));
    }
    if let Some(attempt) = repository.requeue(id, delivery).await? {
        return Ok(format!(
            "attempt {} is queued for {delivery}",
            attempt.number
        ));
    }
    if repository.content(fax.submission).await?.is_none() {
        return Err(documents_dropped(id));
    }
    Err(changed(repository, fax).await?)
}

/// Whether a fax that waits does so because a try has failed.
fn may_hasten(fax: &FaxItem, queued: &Queued) -> Result<(), Failure> {
    let id = fax.id;
    let refused = if queued.cancel_requested {
        format!("fax {id} is being cancelled; it can be sent again after that")
    } else if queued.due_at <= OffsetDateTime::now_utc() {
        format!("fax {id} is due already: a gateway hands it over as soon as one runs")
    } else if queued.attempt == 1 && queued.failures == 0 {
        format!(
            "fax {id} waits because its client postponed it until {}; it is sent then",
            when(queued.due_at)
        )
    } else {
        return Ok(());
    };
    Err(Failure::Refused(refused))
}

/// Why nothing can be sent again now, and what can be done.
fn under_way_or_sent(fax: &FaxItem) -> String {
    let id = fax.id;
    match fax.state {
        TransactionState::Sent => {
            format!("fax {id} was sent; only its client can send it once more, with ReSendFax")
        }
        TransactionState::HandedOver => format!(
            "fax {id} is with its delivery; `chunkgate fax finish {id} --failed CODE` says that it \
             was not sent, `chunkgate fax cancel {id}` takes it back"
        ),
        TransactionState::Waiting | TransactionState::Delivering => {
            format!("fax {id} is being handed over; `chunkgate fax show {id}` shows how that goes")
        }
        TransactionState::Failed | TransactionState::Cancelled => {
            format!("fax {id} is {}; try that again", fax.state)
        }
    }
}

/// Somebody else was faster.
async fn changed(repository: &dyn FaxRepository, fax: &FaxItem) -> Result<Failure, Failure> {
    let now = find(repository, fax.id).await?;
    Ok(Failure::Refused(under_way_or_sent(&now)))
}
