//! `chunkgate fax list`

use clap::Args;

use crate::{
    backend::Backend,
    fax::item::{FaxItem, TransactionId, TransactionState},
    settings::Settings,
};

use super::{
    Failure, account,
    output::{self, printable, when},
    process,
};

/// Faxes fetched and printed at a time.
const PAGE: u32 = 500;

/// List faxes, the newest first.
///
/// `status` is what clients see: 0 sent, above 0 failed, below 0 under way. Each line has the
/// number of the last attempt, and how often the fax may be sent again after it failed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate fax list
  chunkgate fax list --account acme --state failed
  chunkgate fax list --dead-letters --json | jq .id | xargs -n 1 chunkgate fax retry
  chunkgate fax list --state handed_over --json | jq -r .id")]
pub(in crate::cli) struct Arguments {
    /// Only those of this account
    #[arg(long, value_name = "USER")]
    account: Option<String>,
    /// Only those in this state: waiting, delivering, `handed_over`, sent, failed or cancelled
    #[arg(long, value_parser = state)]
    state: Option<TransactionState>,
    /// Only dead letters: faxes that failed because their delivery was away for too long or refused them
    #[arg(long)]
    dead_letters: bool,
    /// At most so many
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    limit: u32,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    process::with_existing_backend(settings, async |backend| {
        let repository = backend.faxes(settings);
        let account = arguments.account.as_deref();
        let mut before: Option<TransactionId> = None;
        let mut left = arguments.limit;
        while left > 0 {
            let wanted = left.min(PAGE);
            let page = repository
                .list_all(
                    account,
                    arguments.state,
                    arguments.dead_letters,
                    before,
                    wanted,
                )
                .await?;
            if page.is_empty() && before.is_none() {
                nothing(backend, settings, account).await?;
            } else if arguments.json {
                page.iter().try_for_each(output::json)?;
            } else if !page.is_empty() {
                output::print(&table(&page))?;
            }
            if page.len() < wanted as usize {
                break;
            }
            before = page.last().map(|fax| fax.id);
            left -= wanted;
        }
        Ok(())
    })
}

/// Says that there is no fax. An account is looked for only now: faxes of one that was removed can
/// still be listed.
async fn nothing(
    backend: &Backend,
    settings: &Settings,
    account: Option<&str>,
) -> Result<(), Failure> {
    if let Some(account) = account {
        account::find(backend, settings, account).await?;
    }
    note!("no such faxes");
    Ok(())
}

fn table(page: &[FaxItem]) -> String {
    let head = [
        "id",
        "state",
        "status",
        "recipient",
        "account",
        "submitted",
        "attempt/retries",
        "last error",
    ];
    let rows: Vec<_> = std::iter::once(head.map(str::to_owned))
        .chain(page.iter().map(row))
        .collect();
    output::columns(&rows)
}

fn row(fax: &FaxItem) -> [String; 8] {
    let (attempt, error) = match &fax.queue {
        Some(queued) => (queued.attempt, &queued.last_error),
        None => (fax.trials, &fax.status_text),
    };
    [
        fax.id.to_string(),
        fax.state.to_string(),
        fax.status.to_string(),
        printable(&fax.recipient),
        printable(&fax.user),
        when(fax.created_at),
        format!("{attempt}/{}", fax.options.retries),
        printable(error),
    ]
}

/// A state by its name.
fn state(text: &str) -> Result<TransactionState, String> {
    TransactionState::parse(text).ok_or_else(|| {
        let names = TransactionState::ALL
            .map(TransactionState::as_str)
            .join(", ");
        format!("allowed are {names}")
    })
}
