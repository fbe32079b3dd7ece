//! What everybody reads.

use tokio_postgres::types::ToSql;

use crate::{
    engine::{account::AccountId, repository::RepositoryError, session::SessionId},
    fax::{
        item::{FaxDocument, FaxItem, SubmissionId, TransactionId, TransactionState},
        query::{Condition, FaxFilter, FaxSearch, StatusCount},
    },
    store::postgres::{
        Database, queries,
        rows::{get, session_id, signed, unsigned},
    },
};

use super::rows::{item, transaction};

type Result<T> = std::result::Result<T, RepositoryError>;

pub async fn by_id(database: &Database, ids: &[i32]) -> Result<Vec<FaxItem>> {
    let rows = database.query(queries::FAXES_BY_ID, &[&ids]).await?;
    rows.iter().map(item).collect()
}

pub async fn list(
    database: &Database,
    account: AccountId,
    filter: &FaxFilter,
    limit: u32,
) -> Result<Vec<FaxItem>> {
    let among: Option<Vec<i32>> = filter
        .among
        .as_ref()
        .map(|ids| ids.iter().map(|id| id.0).collect());
    let rows = database
        .query(
            queries::LIST_FAXES,
            &[
                &account.0,
                &filter.first.map(|id| id.0),
                &filter.last.map(|id| id.0),
                &among,
                &filter.batch.map(|id| id.0),
                &filter.only_active,
                &filter.with_hidden,
                &i64::from(limit),
            ],
        )
        .await?;
    rows.iter().map(item).collect()
}

pub async fn list_all(
    database: &Database,
    account: Option<&str>,
    state: Option<TransactionState>,
    dead_letters: bool,
    before: Option<TransactionId>,
    limit: u32,
) -> Result<Vec<FaxItem>> {
    let account = account.map(crate::engine::account::name_key);
    let rows = database
        .query(
            queries::LIST_ALL_FAXES,
            &[
                &account,
                &state.map(TransactionState::as_str),
                &before.map(|id| id.0),
                &i64::from(limit),
                &dead_letters,
            ],
        )
        .await?;
    rows.iter().map(item).collect()
}

/// A condition as a statement's two parameters.
struct Meets<'a, T> {
    verb: Option<&'static str>,
    data: Option<&'a Vec<T>>,
}

impl<'a, T> Meets<'a, T> {
    fn of(condition: Option<&'a Condition<T>>) -> Self {
        Self {
            verb: condition.map(|it| it.comparison.as_str()),
            data: condition.map(|it| &it.data),
        }
    }
}

/// The conditions of a search, in the order of both statements.
struct Conditions<'a> {
    account: i64,
    texts: [Meets<'a, String>; 4],
    numbers: [Meets<'a, i64>; 3],
    search: &'a FaxSearch,
}

impl<'a> Conditions<'a> {
    fn of(account: AccountId, search: &'a FaxSearch) -> Self {
        Self {
            account: account.0,
            texts: [
                &search.subject,
                &search.recipient,
                &search.user,
                &search.reply_address,
            ]
            .map(|condition| Meets::of(condition.as_ref())),
            numbers: [&search.id, &search.parent, &search.status]
                .map(|condition| Meets::of(condition.as_ref())),
            search,
        }
    }

    fn parameters(&self) -> Vec<&(dyn ToSql + Sync)> {
        let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![&self.account];
        for text in &self.texts {
            parameters.extend([&text.verb as &(dyn ToSql + Sync), &text.data]);
        }
        for number in &self.numbers {
            parameters.extend([&number.verb as &(dyn ToSql + Sync), &number.data]);
        }
        let search = self.search;
        parameters.extend([
            &search.from as &(dyn ToSql + Sync),
            &search.to,
            &search.with_hidden,
            &search.only_parents,
        ]);
        parameters
    }
}

pub async fn search(
    database: &Database,
    account: AccountId,
    search: &FaxSearch,
) -> Result<Vec<FaxItem>> {
    let conditions = Conditions::of(account, search);
    let (order_by, limit, skip) = (
        search.order_by.as_str(),
        i64::from(search.limit),
        signed(search.skip),
    );
    let mut parameters = conditions.parameters();
    parameters.extend([
        &order_by as &(dyn ToSql + Sync),
        &search.ascending,
        &limit,
        &skip,
    ]);
    let rows = database.query(queries::SEARCH_FAXES, &parameters).await?;
    rows.iter().map(item).collect()
}

pub async fn statistics(
    database: &Database,
    account: AccountId,
    search: &FaxSearch,
) -> Result<Vec<StatusCount>> {
    let conditions = Conditions::of(account, search);
    let rows = database
        .query(queries::SEARCH_STATISTICS, &conditions.parameters())
        .await?;
    rows.iter()
        .map(|row| {
            Ok(StatusCount {
                status: get(row, "status")?,
                count: unsigned(row, "count")?,
            })
        })
        .collect()
}

pub async fn count(database: &Database, account: AccountId) -> Result<u64> {
    one_count(database, queries::COUNT_FAXES, &account.0).await
}

pub async fn resends(database: &Database, of: TransactionId) -> Result<u64> {
    one_count(database, queries::COUNT_RESENDS, &of.0).await
}

async fn one_count(database: &Database, statement: &str, of: &(dyn ToSql + Sync)) -> Result<u64> {
    let row = database.query_opt(statement, &[of]).await?;
    row.map_or(Ok(0), |row| unsigned(&row, "count"))
}

pub async fn documents(database: &Database, submission: SubmissionId) -> Result<Vec<FaxDocument>> {
    let rows = database
        .query(queries::FAX_DOCUMENTS, &[&submission.0])
        .await?;
    rows.iter()
        .map(|row| {
            Ok(FaxDocument {
                kind: get(row, "kind")?,
                length: unsigned(row, "length")?,
            })
        })
        .collect()
}

pub async fn batch(
    database: &Database,
    parent: TransactionId,
) -> Result<Vec<(TransactionId, Option<AccountId>)>> {
    let rows = database.query(queries::FAX_BATCH, &[&parent.0]).await?;
    rows.iter()
        .map(|row| {
            let account: Option<i64> = get(row, "account_id")?;
            Ok((transaction(row, "id")?, account.map(AccountId)))
        })
        .collect()
}

pub async fn content(database: &Database, submission: SubmissionId) -> Result<Option<SessionId>> {
    let row = database
        .query_opt(queries::FAX_CONTENT, &[&submission.0])
        .await?;
    row.as_ref().map(session_id).transpose()
}
