//! Rows of sessions and their extents.

use std::time::Duration;

use uuid::Uuid;

use crate::{
    content::Extent,
    engine::{
        account::name_key,
        doubts::DoubtfulChunk,
        repository::{
            Again, Commit, Explanation, IfEqual, NewSession, RepositoryError, SessionFilter,
            SessionName, Start, Totals,
        },
        session::{KnownSession, SessionId, SessionKey, SessionState, SessionStatus},
    },
};

use super::{
    Database, queries,
    rows::{self, get, signed, unsigned},
};

type Result<T> = std::result::Result<T, RepositoryError>;

/// Doubts that are noted of one session. A document of a hundred megabytes of zeros in small
/// chunks has fewer; what equals its twin beyond that is stored and left out as if it were certain.
const MAX_DOUBTS: i64 = 4096;

pub async fn start(database: &Database, session: &NewSession) -> Result<Start> {
    let timeout = i32::try_from(session.limits.timeout.as_secs()).unwrap_or(i32::MAX);
    let row = database
        .query_opt(
            queries::START_SESSION,
            &[
                &session.key.0.as_slice(),
                &session.account.0,
                &session.protocol,
                &session.client_address,
                &signed(session.limits.max_chunk),
                &signed(session.limits.max_total),
                &timeout,
                &i64::from(session.allowance.sessions),
                // Compared with a sum of bigints, which is a numeric.
                &signed(session.allowance.bytes),
            ],
        )
        .await?;
    let row = row.ok_or_else(|| RepositoryError::Corrupt("a start has no answer".to_owned()))?;
    Ok(match get::<Option<i64>>(&row, "id")? {
        Some(id) => Start::Started(SessionId(id)),
        None if get(&row, "too_many")? => Start::TooManySessions,
        None => Start::TooManyBytes,
    })
}

pub async fn find(database: &Database, key: &SessionKey) -> Result<Option<KnownSession>> {
    let row = database
        .query_opt(queries::FIND_SESSION, &[&key.0.as_slice()])
        .await?;
    row.as_ref().map(rows::known_session).transpose()
}

/// A group of appends as the columns of the statement's arrays.
#[derive(Default)]
struct Columns<'a> {
    sessions: Vec<i64>,
    lengths: Vec<i64>,
    digests: Vec<[u8; 16]>,
    is_last: Vec<bool>,
    fences: Vec<i64>,
    is_next: Vec<bool>,
    doubtful_after: Vec<Option<i64>>,
    extents: Vec<(i64, i64, &'a Extent)>,
}

impl<'a> Columns<'a> {
    fn of(group: &'a [Commit]) -> Self {
        let mut columns = Self::default();
        for append in group {
            columns.sessions.push(append.session.0);
            columns.lengths.push(signed(append.chunk.length));
            columns.digests.push(append.chunk.digest.to_be_bytes());
            columns.is_last.push(append.is_last);
            columns.fences.push(append.fence);
            columns.is_next.push(append.if_equal == IfEqual::Next);
            columns.doubtful_after.push(match append.if_equal {
                IfEqual::Doubtful(appends) => Some(signed(appends)),
                IfEqual::Undecided | IfEqual::Next => None,
            });
            let mut relative = 0;
            for extent in &append.extents {
                columns.extents.push((append.session.0, relative, extent));
                relative += i64::from(extent.length);
            }
        }
        columns
    }
}

pub async fn commit(
    database: &Database,
    boot: Uuid,
    switch_group: &str,
    group: &[Commit],
) -> Result<Vec<(SessionId, u64)>> {
    let columns = Columns::of(group);
    let Some((_, _, any)) = columns.extents.first() else {
        return Ok(Vec::new());
    };
    let store = any.store.0;
    let digests: Vec<&[u8]> = columns.digests.iter().map(<[u8; 16]>::as_slice).collect();
    let extents = &columns.extents;
    let checksums: Vec<[u8; 16]> = extents
        .iter()
        .map(|(_, _, e)| e.checksum.to_be_bytes())
        .collect();
    let checksums: Vec<&[u8]> = checksums.iter().map(<[u8; 16]>::as_slice).collect();
    let owners: Vec<i64> = extents.iter().map(|(session, _, _)| *session).collect();
    let relative: Vec<i64> = extents.iter().map(|(_, relative, _)| *relative).collect();
    let lengths: Vec<i32> = extents
        .iter()
        .map(|(_, _, e)| i32::try_from(e.length).unwrap_or(i32::MAX))
        .collect();
    let segments: Vec<i64> = extents
        .iter()
        .map(|(_, _, e)| signed(e.segment.0))
        .collect();
    let offsets: Vec<i64> = extents.iter().map(|(_, _, e)| signed(e.offset)).collect();
    let rows = database
        .query(
            queries::COMMIT_APPENDS,
            &[
                &columns.sessions,
                &columns.lengths,
                &digests,
                &columns.is_last,
                &columns.fences,
                &columns.is_next,
                &boot,
                &switch_group,
                &owners,
                &relative,
                &lengths,
                &segments,
                &offsets,
                &checksums,
                &store,
                &columns.doubtful_after,
                &MAX_DOUBTS,
            ],
        )
        .await;
    database.count_appends();
    let rows = rows?;
    rows.iter()
        .map(|row| Ok((rows::session_id(row)?, unsigned(row, "received")?)))
        .collect()
}

pub async fn explain(
    database: &Database,
    boot: Uuid,
    append: &Commit,
) -> Result<Option<Explanation>> {
    let row = database
        .query_opt(
            queries::EXPLAIN_APPEND,
            &[
                &append.session.0,
                &signed(append.chunk.length),
                &append.chunk.digest.to_be_bytes().as_slice(),
                &append.is_last,
                &boot,
            ],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    if !get::<bool>(&row, "registered")? {
        return Err(database.replaced());
    }
    rows::explanation(&row).map(Some)
}

pub async fn answer_again(
    database: &Database,
    boot: Uuid,
    append: &Commit,
    again: Again,
) -> Result<Option<u64>> {
    let row = database
        .query_opt(
            queries::ANSWER_REPEATED_APPEND,
            &[
                &append.session.0,
                &signed(append.chunk.length),
                &append.chunk.digest.to_be_bytes().as_slice(),
                &append.is_last,
                &signed(again.appends),
                &boot,
                &again.is_awaited,
                &again.is_doubtful,
                &MAX_DOUBTS,
            ],
        )
        .await?;
    row.map(|row| unsigned(&row, "received")).transpose()
}

pub async fn resolve(database: &Database, boot: Uuid, append: &Commit) -> Result<Option<u64>> {
    let Some(first) = append.extents.first() else {
        return Ok(None);
    };
    let fenced = database
        .query_opt(queries::FENCE_SESSION, &[&append.session.0, &boot])
        .await?;
    if fenced.is_none() {
        database.require_boot(boot).await?;
    }
    let row = database
        .query_opt(
            queries::FIND_COMMITTED_APPEND,
            &[
                &append.session.0,
                &first.store.0,
                &signed(first.segment.0),
                &signed(first.offset),
            ],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(unsigned(&row, "position")? + append.chunk.length))
}

pub async fn mark_suspect(
    database: &Database,
    boot: Uuid,
    session: SessionId,
    total: u64,
) -> Result<()> {
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
        [&session.0, &signed(total), &boot];
    database
        .query(queries::MARK_APPEND_SUSPECT, &parameters)
        .await
        .map(drop)
}

pub async fn cancel(
    database: &Database,
    session: SessionName,
    undeletable: bool,
) -> Result<Option<SessionId>> {
    let (id, key) = split(&session);
    let row = database
        .query_opt(queries::CANCEL_SESSION, &[&key, &id, &undeletable])
        .await?;
    row.as_ref().map(rows::session_id).transpose()
}

pub async fn undelete(database: &Database, session: SessionName) -> Result<Option<SessionId>> {
    let (id, key) = split(&session);
    let row = database
        .query_opt(queries::UNDELETE_SESSION, &[&id, &key])
        .await?;
    row.as_ref().map(rows::session_id).transpose()
}

pub async fn drop_undeletable(database: &Database, after: Duration, limit: u32) -> Result<u64> {
    let dropped = database
        .query(
            queries::DROP_UNDELETABLE,
            &[&after.as_secs_f64(), &i64::from(limit)],
        )
        .await?;
    Ok(dropped.len() as u64)
}

pub async fn status(database: &Database, session: SessionName) -> Result<Option<SessionStatus>> {
    let (id, key) = split(&session);
    let row = database
        .query_opt(queries::SESSION_STATUS, &[&id, &key])
        .await?;
    row.as_ref().map(rows::session_status).transpose()
}

pub async fn list(
    database: &Database,
    filter: &SessionFilter,
    limit: u32,
) -> Result<Vec<SessionStatus>> {
    let account = filter.account.as_deref().map(name_key);
    let state = filter.state.map(SessionState::as_str);
    let before = filter.before.map(|session| session.0);
    let rows = database
        .query(
            queries::LIST_SESSIONS,
            &[&account, &state, &before, &i64::from(limit)],
        )
        .await?;
    rows.iter().map(rows::session_status).collect()
}

pub async fn extents(database: &Database, session: SessionId) -> Result<Vec<Extent>> {
    let rows = database
        .query(queries::SESSION_EXTENTS, &[&session.0])
        .await?;
    rows.iter().map(rows::extent).collect()
}

pub async fn doubts(
    database: &Database,
    session: SessionId,
    limit: u32,
) -> Result<Vec<DoubtfulChunk>> {
    let rows = database
        .query(queries::SESSION_DOUBTS, &[&session.0, &i64::from(limit)])
        .await?;
    rows.iter()
        .map(|row| {
            Ok(DoubtfulChunk {
                position: unsigned(row, "position")?,
                length: unsigned(row, "length")?,
                stored: get(row, "stored")?,
            })
        })
        .collect()
}

pub async fn with_content(
    database: &Database,
    after: SessionId,
    limit: u32,
) -> Result<Vec<SessionId>> {
    let rows = database
        .query(
            queries::LIVE_SESSIONS_WITH_CONTENT,
            &[&after.0, &i64::from(limit)],
        )
        .await?;
    rows.iter()
        .map(|row| Ok(SessionId(get(row, "session_id")?)))
        .collect()
}

pub async fn expire(database: &Database, limit: u32) -> Result<Vec<SessionId>> {
    let rows = database
        .query(queries::EXPIRE_SESSIONS, &[&i64::from(limit)])
        .await?;
    rows.iter().map(rows::session_id).collect()
}

pub async fn delete_ended(database: &Database, retention: Duration, limit: u32) -> Result<u64> {
    let deleted = database
        .query(
            queries::DELETE_ENDED_SESSIONS,
            &[&retention.as_secs_f64(), &i64::from(limit)],
        )
        .await?;
    Ok(deleted.len() as u64)
}

pub async fn totals(database: &Database) -> Result<Totals> {
    let row = database.query_opt(queries::CONTENT_TOTALS, &[]).await?;
    let Some(row) = row else {
        return Ok(Totals::default());
    };
    Ok(Totals {
        open_sessions: unsigned(&row, "open_sessions")?,
        live_bytes: unsigned(&row, "live_bytes")?,
    })
}

fn split(session: &SessionName) -> (Option<i64>, Option<&[u8]>) {
    match session {
        SessionName::Id(id) => (Some(id.0), None),
        SessionName::Key(key) => (None, Some(key.0.as_slice())),
    }
}
