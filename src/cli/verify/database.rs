//! Every extent that the database names.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::ProgressBar;
use serde::Serialize;

use crate::{
    backend::{Backend, Mismatch, Pairing},
    content::{ContentError, Extent, journal::JournalReader},
    engine::{
        repository::{Repository, SessionName},
        session::SessionId,
    },
    settings::Settings,
};

use super::{
    Failure, journal,
    output::{self, counted},
    process,
};

/// Sessions asked for at a time.
const PAGE: u32 = 500;
/// Extents read at a time.
const AT_ONCE: usize = 4;
/// Problems of one session that are told one by one.
const TOLD: usize = 20;

#[derive(Debug, Default, Serialize)]
struct Summary {
    sessions: u64,
    extents: u64,
    bytes: u64,
    damaged_sessions: u64,
    /// Why the database and the content store are not served together.
    #[serde(skip_serializing_if = "Option::is_none")]
    mismatch: Option<String>,
}

/// What is wrong with a session.
#[derive(Debug, Serialize)]
struct Damage {
    session: SessionId,
    problems: u64,
    /// The first of them.
    told: Vec<String>,
}

pub(super) fn run(settings: &Settings, json: bool) -> Result<(), Failure> {
    let summary = process::with_existing_backend(settings, async |backend| {
        verify(backend, settings, json).await
    })?;
    if json {
        output::json(&summary)?;
    } else {
        output::print(&format!(
            "{}, {}, {}: {}\n",
            counted(summary.sessions, "session"),
            counted(summary.extents, "extent"),
            counted(summary.bytes, "byte"),
            match (summary.damaged_sessions, &summary.mismatch) {
                (0, None) => "all whole",
                (0, Some(_)) => "whole, but NOT ALL",
                _ => "DAMAGED",
            }
        ))?;
    }
    if let Some(mismatch) = summary.mismatch {
        return Err(Failure::Damaged(mismatch));
    }
    match summary.damaged_sessions {
        0 => Ok(()),
        1 => Err(Failure::Damaged("1 session is damaged".to_owned())),
        damaged => Err(Failure::Damaged(format!("{damaged} sessions are damaged"))),
    }
}

async fn verify(backend: &Backend, settings: &Settings, json: bool) -> Result<Summary, Failure> {
    let repository = backend.repository(settings);
    let mut page = repository.sessions_with_content(SessionId(0), PAGE).await?;
    let mut summary = Summary {
        mismatch: mismatch(backend).await?,
        ..Summary::default()
    };
    // Before the first byte there may be no journal at all.
    if page.is_empty() {
        return Ok(summary);
    }
    let check = Check {
        reader: journal::open(backend.content())?,
        bar: output::progress(repository.totals().await?.live_bytes),
        repository: Arc::clone(&repository),
    };
    while let Some(&last) = page.last() {
        for &session in &page {
            if let Some(damage) = check.session(session, &mut summary).await? {
                summary.damaged_sessions += 1;
                check.bar.suspend(|| tell(&damage, json))?;
            }
        }
        page = repository.sessions_with_content(last, PAGE).await?;
    }
    check.bar.finish_and_clear();
    Ok(summary)
}

/// Why the database may not name all that is in the content store, or names what is in another one.
async fn mismatch(backend: &Backend) -> Result<Option<String>, Failure> {
    let directory = backend.content();
    if !directory.is_dir() {
        return Ok(None);
    }
    let reader = journal::open(directory)?;
    let pairing = Pairing::look(backend.database(), &reader, directory.to_owned()).await?;
    if pairing.is_database_older() {
        return Ok(Some(format!(
            "the database at {} is older than the content store {}: documents that were acknowledged since are in the store, and no row names them; \
             `chunkgate serve` goes on, and keeps what lies there now",
            pairing.database(),
            pairing.store()
        )));
    }
    Ok(match pairing.mismatch() {
        // They are told one by one.
        Some(Mismatch::Missing { .. }) | None => None,
        Some(mismatch) => Some(mismatch.to_string()),
    })
}

fn tell(damage: &Damage, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(damage);
    }
    for problem in &damage.told {
        output::print(&format!("session {}: {problem}\n", damage.session))?;
    }
    let more = damage.problems - damage.told.len() as u64;
    if more > 0 {
        output::print(&format!("session {}: and {more} more\n", damage.session))?;
    }
    Ok(())
}

struct Check {
    reader: JournalReader,
    repository: Arc<dyn Repository>,
    bar: ProgressBar,
}

/// A session as the database has it.
struct Look {
    /// Bytes it must have at least.
    received: u64,
    extents: Vec<Extent>,
}

impl Check {
    async fn session(
        &self,
        session: SessionId,
        summary: &mut Summary,
    ) -> Result<Option<Damage>, Failure> {
        let Some(before) = self.look(session).await? else {
            return Ok(None);
        };
        summary.sessions += 1;
        summary.extents += before.extents.len() as u64;
        summary.bytes += before.length();
        let wrong = self.wrong_extents(&before.extents).await;
        if wrong.is_empty() && before.length() >= before.received {
            return Ok(None);
        }
        // It may have been given up while it was read, and its space used again.
        let Some(now) = self.look(session).await? else {
            return Ok(None);
        };
        let mut problems: Vec<_> = wrong
            .into_iter()
            .filter(|(extent, _)| now.extents.contains(extent))
            .map(|(_, error)| error.to_string())
            .collect();
        if now.length() < now.received {
            problems.push(format!(
                "{} bytes were received and {} are named by extents",
                now.received,
                now.length()
            ));
        }
        let count = problems.len() as u64;
        problems.truncate(TOLD);
        Ok((count > 0).then_some(Damage {
            session,
            problems: count,
            told: problems,
        }))
    }

    /// The session, if its bytes are to be kept. The count is taken before the extents: in
    /// between, an open session may get more of them.
    async fn look(&self, session: SessionId) -> Result<Option<Look>, Failure> {
        let status = self.repository.status(SessionName::Id(session)).await?;
        let Some(status) = status else {
            return Ok(None);
        };
        if !status.has_bytes() {
            return Ok(None);
        }
        Ok(Some(Look {
            received: status.received,
            extents: self.repository.extents(session).await?,
        }))
    }

    /// Each extent is read by itself, so that damage does not hide more damage.
    async fn wrong_extents(&self, extents: &[Extent]) -> Vec<(Extent, ContentError)> {
        stream::iter(extents.iter().copied())
            .map(async |extent| {
                let bytes = self.reader.read(vec![extent]);
                let read = bytes.try_for_each(async |_| Ok(())).await;
                self.bar.inc(u64::from(extent.length));
                read.err().map(|error| (extent, error))
            })
            .buffered(AT_ONCE)
            .filter_map(async |wrong| wrong)
            .collect()
            .await
    }
}

impl Look {
    fn length(&self) -> u64 {
        let lengths = self.extents.iter().map(|extent| u64::from(extent.length));
        lengths.sum()
    }
}
