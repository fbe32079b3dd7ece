//! `chunkgate session list` and `show`

use clap::Args;
use serde::Serialize;

use crate::{
    content::{Extent, SegmentId},
    engine::{
        repository::SessionFilter,
        session::{SessionState, SessionStatus},
    },
    settings::Settings,
};

use super::{
    Failure, Session, account, find,
    output::{self, counted, thousands, when},
    process, state,
};

/// Sessions fetched and printed at a time.
const PAGE: u32 = 500;

/// List uploads, the newest first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate session list
  chunkgate session list --account acme --state open
  chunkgate session list --limit 100000 --json | jq -s 'map(.received) | add'")]
pub(in crate::cli) struct Arguments {
    /// Only those of this account
    #[arg(long, value_name = "USER")]
    account: Option<String>,
    /// Only those in this state: open, complete, consumed, cancelled or expired
    #[arg(long, value_parser = state)]
    state: Option<SessionState>,
    /// At most so many
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    limit: u32,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(super) fn list(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    process::with_existing_backend(settings, async |backend| {
        let repository = backend.repository(settings);
        if let Some(account) = &arguments.account {
            account::find(backend, settings, account).await?;
        }
        let mut filter = SessionFilter {
            account: arguments.account.clone(),
            state: arguments.state,
            before: None,
        };
        let mut left = arguments.limit;
        while left > 0 {
            let wanted = left.min(PAGE);
            let page = repository.list(&filter, wanted).await?;
            if arguments.json {
                page.iter().try_for_each(output::json)?;
            } else if !page.is_empty() {
                output::print(&table(&page))?;
            } else if filter.before.is_none() {
                note!("no such uploads");
            }
            if page.len() < wanted as usize {
                break;
            }
            filter.before = page.last().map(|session| session.id);
            left -= wanted;
        }
        Ok(())
    })
}

fn table(page: &[SessionStatus]) -> String {
    let head = [
        "session", "state", "account", "bytes", "chunks", "from", "started", "expires",
    ];
    let rows: Vec<_> = std::iter::once(head.map(str::to_owned))
        .chain(page.iter().map(row))
        .collect();
    output::columns(&rows)
}

fn row(session: &SessionStatus) -> [String; 8] {
    [
        session.id.to_string(),
        session.state.to_string(),
        account_name(session),
        thousands(session.received),
        match session.doubtful_chunks {
            0 => session.appends.to_string(),
            doubtful => format!("{} ({doubtful} in doubt)", session.appends),
        },
        session.client_address.clone(),
        when(session.created_at),
        session.ended_at.map_or_else(
            || when(session.expires_at),
            |ended| format!("ended {}", when(ended)),
        ),
    ]
}

/// Show everything about an upload but its bytes, for which there is `export`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate session show 4711
  chunkgate session show 4711 --extents")]
pub(in crate::cli) struct ShowArguments {
    #[command(flatten)]
    session: Session,
    /// Also where each run of bytes lies in the content store, with its checksum
    #[arg(long)]
    extents: bool,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    status: &'a SessionStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    extents: Option<Vec<ExtentLine>>,
}

#[derive(Serialize)]
struct ExtentLine {
    segment: SegmentId,
    offset: u64,
    length: u32,
    xxh3_128: String,
}

impl From<Extent> for ExtentLine {
    fn from(extent: Extent) -> Self {
        Self {
            segment: extent.segment,
            offset: extent.offset,
            length: extent.length,
            xxh3_128: format!("{:032x}", extent.checksum),
        }
    }
}

pub(super) fn show(settings: &Settings, arguments: &ShowArguments) -> Result<(), Failure> {
    let (status, extents) = process::with_existing_backend(settings, async |backend| {
        let repository = backend.repository(settings);
        let status = find(&*repository, arguments.session.session).await?;
        let extents: Option<Vec<ExtentLine>> = if arguments.extents {
            let extents = repository.extents(status.id).await?;
            Some(extents.into_iter().map(ExtentLine::from).collect())
        } else {
            None
        };
        Ok((status, extents))
    })?;
    if arguments.json {
        let status = &status;
        return output::json(&Shown { status, extents });
    }
    let mut text = output::columns(&description(&status));
    if let Some(extents) = extents {
        text.push('\n');
        text.push_str(&extent_table(&extents));
    }
    output::print(&text)
}

fn description(session: &SessionStatus) -> Vec<[String; 2]> {
    let limits = &session.limits;
    let mut lines = vec![
        ["session".to_owned(), session.id.to_string()],
        ["state".to_owned(), session.state.to_string()],
        ["account".to_owned(), account_name(session)],
        ["protocol".to_owned(), session.protocol.clone()],
        ["started from".to_owned(), session.client_address.clone()],
        [
            "received".to_owned(),
            format!(
                "{} in {}",
                counted(session.received, "byte"),
                counted(session.appends, "chunk")
            ),
        ],
        [
            "largest chunk".to_owned(),
            format!("{} bytes", thousands(limits.max_chunk)),
        ],
        [
            "largest upload".to_owned(),
            format!("{} bytes", thousands(limits.max_total)),
        ],
        [
            "time-out".to_owned(),
            humantime::format_duration(limits.timeout).to_string(),
        ],
        ["started".to_owned(), when(session.created_at)],
        ["expires".to_owned(), when(session.expires_at)],
    ];
    if session.doubtful_chunks > 0 {
        lines.push([
            "in doubt".to_owned(),
            format!(
                "{} equal to the one before, perhaps sent again (FileSizes of a submission decides)",
                counted(session.doubtful_chunks, "chunk")
            ),
        ]);
    }
    if let Some(ended) = session.ended_at {
        lines.push(["ended".to_owned(), when(ended)]);
    }
    if let Some(since) = session.undelete_since {
        lines.push(["can be brought back since".to_owned(), when(since)]);
    }
    lines
}

fn extent_table(extents: &[ExtentLine]) -> String {
    let head = ["segment", "offset", "bytes", "xxh3-128"].map(str::to_owned);
    let rows: Vec<_> = std::iter::once(head)
        .chain(extents.iter().map(|extent| {
            [
                extent.segment.to_string(),
                extent.offset.to_string(),
                extent.length.to_string(),
                extent.xxh3_128.clone(),
            ]
        }))
        .collect();
    output::columns(&rows)
}

fn account_name(session: &SessionStatus) -> String {
    session
        .account
        .clone()
        .unwrap_or_else(|| "(removed)".to_owned())
}
