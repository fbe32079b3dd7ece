//! `chunkgate fax finish`

use clap::Args;

use crate::{
    fax::{
        delivery::{
            Attempt, Outcome, Report, spool,
            texts::{self, CSID, TEXT, clean},
        },
        item::{FaxItem, TransactionState},
        outbox::{Settled, settle},
    },
    settings::Settings,
};

use super::{Failure, Fax, find, output::when, process};

/// The greatest number that is taken.
const GREATEST: i64 = texts::GREATEST as i64;

/// Say how a fax has ended that was handed over, when its delivery does not.
///
/// It has the effect of the status file that a program writes into the spool: `--done` ends the
/// fax as sent; after `--failed` another attempt follows if the fax was in the spool and has any
/// left. Be sure that nobody will still send the attempt: its directory is removed from the spool
/// within a minute when a gateway runs, not at once, and a HylaFAX server or a web service is not
/// told at all (`chunkgate fax cancel` tells them).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate fax finish 4711 --done --pages 3 --duration 95 --remote-csid '+44 20 7946 0123'
  chunkgate fax finish 4711 --failed 6017 --text 'the line is busy'
  chunkgate fax finish 4711 --failed 3931 --no-retry")]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    fax: Fax,
    #[command(flatten)]
    how: How,
    /// Why it failed, for its client
    #[arg(long, conflicts_with = "done", default_value = "")]
    text: String,
    /// Pages that arrived
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=GREATEST))]
    pages: u32,
    /// How long it took, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=GREATEST))]
    duration: u32,
    /// How the machine that answered identified itself
    #[arg(long, value_name = "TEXT", default_value = "")]
    remote_csid: String,
    /// Make no other attempt
    #[arg(long, conflicts_with = "done")]
    no_retry: bool,
}

/// Whether it was sent.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct How {
    /// It was sent
    #[arg(long)]
    done: bool,
    /// It was not sent; the code is above 0, as clients know them: 6017 is a busy line
    #[arg(long, value_name = "CODE", value_parser = clap::value_parser!(u32).range(1..=GREATEST))]
    failed: Option<u32>,
}

impl Arguments {
    fn outcome(&self, may_retry: bool) -> Outcome {
        let report = Report {
            pages: self.pages,
            duration: self.duration,
            remote_csid: clean(&self.remote_csid, CSID),
        };
        match self.how.failed {
            None => Outcome::Sent(report),
            Some(code) => Outcome::Failed {
                code,
                text: clean(&self.text, TEXT),
                may_retry: may_retry && !self.no_retry,
                report,
            },
        }
    }
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    let id = arguments.fax.id;
    process::with_existing_backend(settings, async |backend| {
        let repository = backend.faxes(settings);
        let fax = find(&*repository, id).await?;
        let attempt = handed_over(&fax)?;
        let pause = settings.fax.retry_pause;
        // Only the spool is told that an attempt is over; another one could be sent beside it.
        let delivery = fax.queue.as_ref().map_or("", |it| it.delivery.as_str());
        let may_retry = delivery == spool::NAME;
        if !may_retry && arguments.how.failed.is_some() {
            note!(
                "delivery {delivery} is not told: if it may still send fax {id}, `chunkgate fax \
                 cancel {id}` is the way to end it"
            );
        }
        match settle(&*repository, attempt, arguments.outcome(may_retry), pause).await? {
            Settled::Over(state) => note!("fax {id} is {state}"),
            Settled::Retried => {
                let queued = find(&*repository, id).await?.queue;
                let due = queued.map_or_else(String::new, |queued| {
                    format!(
                        "; attempt {} is due {}",
                        queued.attempt,
                        when(queued.due_at)
                    )
                });
                note!("attempt {} of fax {id} has failed{due}", attempt.number);
            }
            Settled::Known => {
                let now = find(&*repository, id).await?;
                return Err(Failure::Refused(format!(
                    "attempt {} of fax {id} has ended meanwhile, and the fax is {} now",
                    attempt.number, now.state
                )));
            }
        }
        Ok(())
    })
}

/// The attempt that a delivery has.
fn handed_over(fax: &FaxItem) -> Result<Attempt, Failure> {
    let id = fax.id;
    let refused = match (fax.state, &fax.queue) {
        (TransactionState::HandedOver, Some(queued)) => {
            return Ok(Attempt {
                transaction: id,
                number: queued.attempt,
            });
        }
        (TransactionState::Waiting, _) => format!(
            "fax {id} is waiting and no delivery has it; `chunkgate fax cancel {id}` gives it up"
        ),
        (TransactionState::Delivering | TransactionState::HandedOver, _) => {
            format!("fax {id} is being handed over; say it again when it is handed over")
        }
        (TransactionState::Sent, _) => format!("fax {id} is sent already"),
        (state @ (TransactionState::Failed | TransactionState::Cancelled), _) => {
            format!("fax {id} is {state} already; `chunkgate fax retry {id}` sends it once more")
        }
    };
    Err(Failure::Refused(refused))
}
