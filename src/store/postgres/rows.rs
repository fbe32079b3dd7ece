//! Rows to values.

use std::time::Duration;

use time::OffsetDateTime;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    content::{Extent, SegmentId, StoreId},
    engine::{
        account::{Account, AccountId, AccountLimits, AccountSettings},
        repository::{Explanation, RepositoryError},
        session::{KnownSession, SessionId, SessionLimits, SessionState, SessionStatus},
    },
};

use super::error::corrupt;

type Result<T> = std::result::Result<T, RepositoryError>;

/// A column's value; one of another type is a mistake in a statement, found by its test.
pub fn get<'a, T: tokio_postgres::types::FromSql<'a>>(row: &'a Row, column: &str) -> Result<T> {
    row.try_get(column)
        .map_err(|error| corrupt(error.to_string()))
}

/// A column that holds no negative number.
pub fn unsigned(row: &Row, column: &str) -> Result<u64> {
    let value: i64 = get(row, column)?;
    u64::try_from(value).map_err(|_| corrupt(format!("{column} is {value}")))
}

/// The other way: sizes and ids beyond `i64` cannot occur, and would be refused by a constraint.
pub fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn optional<T: TryFrom<S>, S: for<'a> tokio_postgres::types::FromSql<'a>>(
    row: &Row,
    column: &str,
) -> Result<Option<T>> {
    let value: Option<S> = get(row, column)?;
    value
        .map(|value| T::try_from(value).map_err(|_| corrupt(format!("{column} is out of range"))))
        .transpose()
}

fn state(row: &Row) -> Result<SessionState> {
    let name: &str = get(row, "state")?;
    SessionState::parse(name).ok_or_else(|| corrupt(format!("a session's state is {name}")))
}

/// A digest or checksum of 16 bytes.
pub fn digest(bytes: &[u8]) -> Result<u128> {
    let bytes = bytes
        .try_into()
        .map_err(|_| corrupt("a digest has not 16 bytes"))?;
    Ok(u128::from_be_bytes(bytes))
}

pub fn session_id(row: &Row) -> Result<SessionId> {
    Ok(SessionId(get(row, "id")?))
}

pub fn known_session(row: &Row) -> Result<KnownSession> {
    Ok(KnownSession {
        id: session_id(row)?,
        state: state(row)?,
        max_chunk: unsigned(row, "max_chunk")?,
        fence: get(row, "fence")?,
    })
}

pub fn explanation(row: &Row) -> Result<Explanation> {
    let expired: bool = get(row, "expired")?;
    let enabled: Option<bool> = get(row, "enabled")?;
    let owner = match enabled {
        None => None,
        Some(enabled) => Some(AccountSettings {
            enabled,
            primary: get(row, "is_primary")?,
            fax_service: get(row, "fax_service")?,
            switch_group: get(row, "switch_group")?,
            ..AccountSettings::default()
        }),
    };
    Ok(Explanation {
        state: overdue_is_expired(state(row)?, expired),
        received: unsigned(row, "received")?,
        max_chunk: unsigned(row, "max_chunk")?,
        max_total: unsigned(row, "max_total")?,
        doubtful: unsigned(row, "doubtful")?,
        appends: unsigned(row, "appends")?,
        fence: get(row, "fence")?,
        owner,
        suspect: get(row, "suspect")?,
        ours: get(row, "ours")?,
        equal: get(row, "equal")?,
    })
}

pub fn session_status(row: &Row) -> Result<SessionStatus> {
    let timeout: i32 = get(row, "timeout")?;
    let state = overdue_is_expired(state(row)?, get(row, "overdue")?);
    let kept_since: Option<OffsetDateTime> = get(row, "kept_since")?;
    Ok(SessionStatus {
        id: session_id(row)?,
        state,
        documents_dropped: state == SessionState::Consumed && kept_since.is_none(),
        account: get(row, "account")?,
        protocol: get(row, "protocol")?,
        client_address: get(row, "client_address")?,
        received: unsigned(row, "received")?,
        appends: unsigned(row, "appends")?,
        doubtful_chunks: unsigned(row, "doubtful_chunks")?,
        limits: SessionLimits {
            max_chunk: unsigned(row, "max_chunk")?,
            max_total: unsigned(row, "max_total")?,
            timeout: Duration::from_secs(u64::try_from(timeout).unwrap_or(0)),
        },
        created_at: get(row, "created_at")?,
        expires_at: get(row, "expires_at")?,
        ended_at: get(row, "ended_at")?,
        undelete_since: get(row, "undelete_since")?,
    })
}

fn overdue_is_expired(state: SessionState, overdue: bool) -> SessionState {
    match state {
        SessionState::Open | SessionState::Complete if overdue => SessionState::Expired,
        other => other,
    }
}

pub fn extent(row: &Row) -> Result<Extent> {
    let store: Uuid = get(row, "store_id")?;
    let length: i32 = get(row, "length")?;
    Ok(Extent {
        store: StoreId(store),
        segment: SegmentId(unsigned(row, "segment")?),
        offset: unsigned(row, "segment_offset")?,
        length: u32::try_from(length).map_err(|_| corrupt("an extent's length is negative"))?,
        checksum: digest(get(row, "checksum")?)?,
    })
}

pub fn account(row: &Row) -> Result<Account> {
    let networks: Vec<String> = get(row, "allowed_networks")?;
    let allowed_networks = networks
        .iter()
        .map(|network| {
            network
                .parse()
                .map_err(|_| corrupt(format!("a network is {network}")))
        })
        .collect::<Result<_>>()?;
    Ok(Account {
        id: AccountId(get(row, "id")?),
        name: get(row, "name")?,
        password_hash: get(row, "password_hash")?,
        settings: AccountSettings {
            enabled: get(row, "enabled")?,
            primary: get(row, "is_primary")?,
            fax_service: get(row, "fax_service")?,
            switch_group: get(row, "switch_group")?,
            allowed_networks,
            delivery: get(row, "delivery")?,
            limits: AccountLimits {
                max_chunk: optional::<u64, i64>(row, "max_chunk")?,
                max_total: optional::<u64, i64>(row, "max_total")?,
                max_open_sessions: optional::<u32, i32>(row, "max_open_sessions")?,
                max_open_bytes: optional::<u64, i64>(row, "max_open_bytes")?,
                session_timeout: optional::<u32, i32>(row, "session_timeout")?,
            },
        },
        created_at: get(row, "created_at")?,
        updated_at: get(row, "updated_at")?,
    })
}
