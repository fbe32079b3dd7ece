//! `chunkgate fax show`

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::{
    fax::{
        delivery::{Attempt, ledger::Ledger, spool},
        item::{FaxDocument, FaxItem, Queued, TransactionId, TransactionState},
    },
    settings::Settings,
};

use super::{
    Failure, Fax, find,
    output::{self, counted, printable, when},
    place::spool_directory,
    process,
};

/// Show everything about a fax but its documents, for which there is `export`.
///
/// Also its place in the outbox while it is under way, and where it lies in the spool when it was
/// handed over.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate fax show 4711
  cd \"$(chunkgate fax show 4711 --json | jq -r .spool)\"")]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    fax: Fax,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    fax: FaxItem,
    documents: Vec<FaxDocument>,
    documents_kept: bool,
    batch: Vec<TransactionId>,
    spool: Option<PathBuf>,
    /// What its delivery knows of it, if that keeps rows.
    with_delivery: Option<WithDelivery>,
}

/// What a delivery over a network knows of the present attempt.
#[derive(Serialize)]
struct WithDelivery {
    /// The other side's name for it: the number of a job.
    reference: String,
    /// Which other side.
    place: String,
    /// What that last said of it.
    progress: String,
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    let shown = process::with_existing_backend(settings, async |backend| {
        let repository = backend.faxes(settings);
        let fax = find(&*repository, arguments.fax.id).await?;
        let batch = repository.batch(fax.parent).await?;
        Ok(Shown {
            documents: repository.documents(fax.submission).await?,
            documents_kept: repository.content(fax.submission).await?.is_some(),
            batch: batch.into_iter().map(|(id, _)| id).collect(),
            spool: in_the_spool(settings, &fax),
            with_delivery: with_delivery(&*backend.ledger(settings), &fax).await?,
            fax,
        })
    })?;
    if arguments.json {
        return output::json(&shown);
    }
    output::print(&output::columns(&description(&shown)))
}

/// Where a fax lies that was handed over to the spool.
fn in_the_spool(settings: &Settings, fax: &FaxItem) -> Option<PathBuf> {
    let queued = fax.queue.as_ref()?;
    let is_there = fax.state == TransactionState::HandedOver && queued.delivery == spool::NAME;
    is_there.then(|| {
        let attempt = Attempt {
            transaction: fax.id,
            number: queued.attempt,
        };
        spool_directory(settings, attempt)
    })
}

/// What its delivery knows of a fax that is under way.
async fn with_delivery(
    ledger: &dyn Ledger,
    fax: &FaxItem,
) -> Result<Option<WithDelivery>, Failure> {
    let Some(queued) = &fax.queue else {
        return Ok(None);
    };
    let attempt = Attempt {
        transaction: fax.id,
        number: queued.attempt,
    };
    let entry = ledger.find(&queued.delivery, attempt).await?;
    Ok(entry.map(|entry| WithDelivery {
        reference: entry.reference,
        place: entry.place,
        progress: entry.progress,
    }))
}

fn description(shown: &Shown) -> Vec<[String; 2]> {
    let mut lines = about(&shown.fax);
    lines.extend(asked_for(&shown.fax));
    lines.extend(shown.documents.iter().zip(1..).map(document));
    lines.push(line("documents kept", yes_no(shown.documents_kept)));
    if shown.batch.len() > 1 {
        let ids: Vec<_> = shown.batch.iter().map(TransactionId::to_string).collect();
        lines.push(line("batch", ids.join(", ")));
    }
    lines.extend(result(&shown.fax));
    if let Some(queued) = &shown.fax.queue {
        lines.extend(outbox(shown.fax.state, queued));
    }
    if let Some(known) = &shown.with_delivery {
        let known = [
            ("there known as", &known.reference),
            ("there", &known.place),
            ("progress", &known.progress),
        ];
        let known = known.into_iter().filter(|(_, text)| !text.is_empty());
        lines.extend(known.map(|(name, text)| line(name, text)));
    }
    if let Some(directory) = &shown.spool {
        lines.push(line("spool", directory.display().to_string()));
    }
    lines
}

fn about(fax: &FaxItem) -> Vec<[String; 2]> {
    let recipient = match fax.contact.as_str() {
        "" => fax.recipient.clone(),
        contact => format!("{} ({contact})", fax.recipient),
    };
    let mut lines = vec![
        line("fax", fax.id.to_string()),
        line("state", fax.state.to_string()),
        line("status", fax.status.to_string()),
        line("recipient", recipient),
        line("account", &fax.user),
        line("protocol", &fax.protocol),
        line("submitted from", &fax.client_address),
        line("submitted", when(fax.created_at)),
        line("submission", fax.submission.0.to_string()),
    ];
    if let Some(session) = fax.session {
        lines.push(line("session", session.to_string()));
    }
    if let Some(original) = fax.resend_of {
        lines.push(line("sent again", format!("the documents of {original}")));
    }
    if fax.hidden {
        lines.push(line("hidden", "from its owner's lists"));
    }
    lines
}

fn asked_for(fax: &FaxItem) -> Vec<[String; 2]> {
    let options = &fax.options;
    let either = |flag, yes: &str, no: &str| if flag { yes } else { no }.to_owned();
    let mut lines: Vec<_> = [
        ("subject", &options.subject),
        ("reply address", &options.reply_address),
        ("sender's CSID", &options.sender_csid),
        ("page header", &options.page_header),
        ("job id", &options.job_id),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
    .map(|(name, text)| line(name, text))
    .collect();
    let pages = [
        options.page_size.as_str().to_owned(),
        either(options.landscape, "landscape", "portrait"),
        either(options.high_resolution, "fine", "standard"),
        either(options.fine_rendering, "grey", "black and white"),
    ];
    lines.push(line("pages", pages.join(", ")));
    lines.push(line("retries", options.retries.to_string()));
    if let Some(until) = options.postponed_until {
        lines.push(line("postponed until", when(until)));
    }
    lines
}

fn document((document, ordinal): (&FaxDocument, u32)) -> [String; 2] {
    [
        format!("document {ordinal}"),
        format!(
            "{}, {}",
            printable(&document.kind),
            counted(document.length, "byte")
        ),
    ]
}

/// What is known of the transmission.
fn result(fax: &FaxItem) -> Vec<[String; 2]> {
    let mut lines = vec![line("trials", fax.trials.to_string())];
    if fax.dead_letter {
        let why = "nobody tried to send it; `chunkgate fax retry` does once that is mended";
        lines.push(line("dead letter", why));
    }
    if let Some(ended) = fax.ended_at {
        lines.push(line("ended", when(ended)));
        lines.push(line("pages sent", fax.pages_sent.to_string()));
        lines.push(line("duration", format!("{} s", fax.duration)));
    }
    for (name, text) in [
        ("status text", &fax.status_text),
        ("remote CSID", &fax.remote_csid),
    ] {
        if !text.is_empty() {
            lines.push(line(name, text));
        }
    }
    lines
}

/// What is still to be done.
fn outbox(state: TransactionState, queued: &Queued) -> Vec<[String; 2]> {
    let due = match state {
        TransactionState::Delivering => "lease ends",
        TransactionState::HandedOver => "given up",
        TransactionState::Waiting
        | TransactionState::Sent
        | TransactionState::Failed
        | TransactionState::Cancelled => "due",
    };
    let mut lines = vec![
        line("delivery", &queued.delivery),
        line("attempt", queued.attempt.to_string()),
        line(due, when(queued.due_at)),
        line("failures", queued.failures.to_string()),
    ];
    if !queued.last_error.is_empty() {
        lines.push(line("last error", &queued.last_error));
    }
    if let Some(when_handed) = queued.handed_over_at {
        lines.push(line("handed over", when(when_handed)));
    }
    if queued.cancel_requested {
        lines.push(line("cancellation", "asked for"));
    }
    lines
}

fn line(name: &str, value: impl AsRef<str>) -> [String; 2] {
    [name.to_owned(), printable(value.as_ref())]
}

fn yes_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}
