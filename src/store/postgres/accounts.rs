//! Rows of accounts.

use tokio_postgres::types::ToSql;

use crate::engine::{
    account::{Account, AccountId, AccountSettings, name_key},
    repository::RepositoryError,
};

use super::{
    Database, queries,
    rows::{self, signed},
};

pub async fn find(database: &Database, name: &str) -> Result<Option<Account>, RepositoryError> {
    let row = database
        .query_opt(queries::FIND_ACCOUNT, &[&name_key(name)])
        .await?;
    row.as_ref().map(rows::account).transpose()
}

pub async fn list(
    database: &Database,
    after: &str,
    limit: u32,
) -> Result<Vec<Account>, RepositoryError> {
    let rows = database
        .query(
            queries::LIST_ACCOUNTS,
            &[&name_key(after), &i64::from(limit)],
        )
        .await?;
    rows.iter().map(rows::account).collect()
}

pub async fn add(
    database: &Database,
    name: &str,
    password_hash: &str,
    settings: &AccountSettings,
) -> Result<Option<AccountId>, RepositoryError> {
    let columns = Columns::of(settings);
    let added = database
        .query_opt(
            queries::ADD_ACCOUNT,
            &[
                &[&name as Parameter<'_>, &name_key(name), &password_hash],
                &columns.parameters(settings)[..],
            ]
            .concat(),
        )
        .await;
    match added {
        Ok(row) => row
            .map(|row| rows::get(&row, "id").map(AccountId))
            .transpose(),
        Err(RepositoryError::Refused { constraint, .. })
            if constraint.as_deref() == Some("account_name_key") =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

pub async fn update(
    database: &Database,
    account: AccountId,
    password_hash: &str,
    settings: &AccountSettings,
) -> Result<bool, RepositoryError> {
    let columns = Columns::of(settings);
    let updated = database
        .query(
            queries::UPDATE_ACCOUNT,
            &[
                &[&account.0 as Parameter<'_>, &password_hash],
                &columns.parameters(settings)[..],
            ]
            .concat(),
        )
        .await?;
    Ok(!updated.is_empty())
}

pub async fn remove(database: &Database, account: AccountId) -> Result<bool, RepositoryError> {
    match database.query(queries::REMOVE_ACCOUNT, &[&account.0]).await {
        Ok(removed) => Ok(!removed.is_empty()),
        // An upload started between the look and the removal.
        Err(RepositoryError::Refused { constraint, .. })
            if constraint.as_deref() == Some("upload_session_owner") =>
        {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Settings as columns.
struct Columns {
    networks: Vec<String>,
    max_chunk: Option<i64>,
    max_total: Option<i64>,
    max_open_sessions: Option<i32>,
    session_timeout: Option<i32>,
    max_open_bytes: Option<i64>,
}

/// A value for a place in a statement.
type Parameter<'a> = &'a (dyn ToSql + Sync);

impl Columns {
    /// What an operator sets, in the order in which both statements name it.
    fn parameters<'a>(&'a self, settings: &'a AccountSettings) -> [Parameter<'a>; 11] {
        [
            &settings.enabled,
            &settings.primary,
            &settings.fax_service,
            &settings.switch_group,
            &self.networks,
            &self.max_chunk,
            &self.max_total,
            &self.max_open_sessions,
            &self.session_timeout,
            &settings.delivery,
            &self.max_open_bytes,
        ]
    }

    fn of(settings: &AccountSettings) -> Self {
        let limits = settings.limits;
        let small = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
        Self {
            networks: settings
                .allowed_networks
                .iter()
                .map(ToString::to_string)
                .collect(),
            max_chunk: limits.max_chunk.map(signed),
            max_total: limits.max_total.map(signed),
            max_open_sessions: limits.max_open_sessions.map(small),
            session_timeout: limits.session_timeout.map(small),
            max_open_bytes: limits.max_open_bytes.map(signed),
        }
    }
}
