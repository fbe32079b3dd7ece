//! What workers do.

use std::time::Duration;

use uuid::Uuid;

use crate::{
    engine::repository::RepositoryError,
    fax::{
        delivery::Attempt,
        item::{TransactionId, TransactionState},
        repository::{Claimed, End, OutboxTotal},
    },
    store::postgres::{
        Database, queries,
        rows::{get, unsigned},
    },
};

use super::rows::{attempt, column, count, small, state, transaction};

type Result<T> = std::result::Result<T, RepositoryError>;

/// A span of the database's, which may be a little below zero.
pub(super) fn span(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)
}

pub async fn claim(
    database: &Database,
    deliveries: &[&str],
    limit: u32,
    lease: Uuid,
    lease_for: Duration,
) -> Result<Vec<Claimed>> {
    let rows = database
        .query(
            queries::CLAIM_FAXES,
            &[
                &deliveries,
                &i64::from(limit),
                &lease,
                &lease_for.as_secs_f64(),
                &database.boot(),
            ],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Claimed {
                attempt: attempt(row)?,
                delivery: get(row, "delivery")?,
                failures: count(row, "failures")?,
                cancel_requested: get(row, "cancel_requested")?,
                age: span(get(row, "age")?),
            })
        })
        .collect()
}

pub async fn next_due(database: &Database, deliveries: &[&str]) -> Result<Option<Duration>> {
    let row = database
        .query_opt(queries::NEXT_DUE_FAX, &[&deliveries])
        .await?;
    let seconds: Option<f64> = row.map(|row| get(&row, "seconds")).transpose()?.flatten();
    Ok(seconds.map(span))
}

pub async fn handed_over(
    database: &Database,
    attempt: Attempt,
    lease: Uuid,
    outcome_within: Duration,
) -> Result<Option<bool>> {
    let row = database
        .query_opt(
            queries::MARK_HANDED_OVER,
            &[
                &attempt.transaction.0,
                &small(attempt.number),
                &lease,
                &outcome_within.as_secs_f64(),
            ],
        )
        .await?;
    row.map(|row| get(&row, "cancel_requested")).transpose()
}

pub async fn put_back(
    database: &Database,
    attempt: Attempt,
    lease: Uuid,
    pause: Duration,
    why: &str,
) -> Result<bool> {
    let rows = database
        .query(
            queries::PUT_BACK_FAX,
            &[
                &attempt.transaction.0,
                &small(attempt.number),
                &lease,
                &pause.as_secs_f64(),
                &why,
            ],
        )
        .await?;
    Ok(!rows.is_empty())
}

pub async fn retry(
    database: &Database,
    attempt: Attempt,
    pause: Duration,
    why: &str,
) -> Result<bool> {
    let rows = database
        .query(
            queries::RETRY_FAX,
            &[
                &attempt.transaction.0,
                &small(attempt.number),
                &pause.as_secs_f64(),
                &why,
            ],
        )
        .await?;
    Ok(!rows.is_empty())
}

pub async fn end(
    database: &Database,
    transaction: TransactionId,
    attempt: Option<u32>,
    phases: &[TransactionState],
    end: &End,
) -> Result<bool> {
    let phases: Vec<&str> = phases.iter().map(|phase| phase.as_str()).collect();
    let rows = database
        .query(
            queries::END_FAX,
            &[
                &transaction.0,
                &attempt.map(small),
                &phases,
                &end.state.as_str(),
                &small(end.code),
                &end.text,
                &small(end.report.pages),
                &small(end.report.duration),
                &end.report.remote_csid,
                &end.dead_letter,
            ],
        )
        .await?;
    Ok(!rows.is_empty())
}

pub async fn cancel_waiting(
    database: &Database,
    ids: &[i32],
    end: &End,
) -> Result<Vec<(TransactionId, String)>> {
    let rows = database
        .query(
            queries::CANCEL_WAITING_FAXES,
            &[&ids, &small(end.code), &end.text],
        )
        .await?;
    rows.iter()
        .map(|row| Ok((transaction(row, "id")?, get(row, "delivery")?)))
        .collect()
}

pub async fn request_cancellation(database: &Database, ids: &[i32]) -> Result<Vec<TransactionId>> {
    let rows = database
        .query(queries::REQUEST_CANCELLATION, &[&ids])
        .await?;
    let ids = column(&rows, "transaction_id")?;
    Ok(ids.into_iter().map(TransactionId).collect())
}

pub async fn refuse_cancellation(
    database: &Database,
    attempt: Attempt,
    outcome_within: Duration,
) -> Result<bool> {
    let rows = database
        .query(
            queries::REFUSE_CANCELLATION,
            &[
                &attempt.transaction.0,
                &small(attempt.number),
                &outcome_within.as_secs_f64(),
            ],
        )
        .await?;
    Ok(!rows.is_empty())
}

pub async fn with_delivery(
    database: &Database,
    delivery: &str,
    after: TransactionId,
    limit: u32,
) -> Result<Vec<Attempt>> {
    let rows = database
        .query(
            queries::HANDED_OVER_FAXES,
            &[&delivery, &after.0, &i64::from(limit)],
        )
        .await?;
    rows.iter().map(attempt).collect()
}

pub async fn overdue(database: &Database, delivery: &str, limit: u32) -> Result<Vec<Attempt>> {
    let rows = database
        .query(queries::OVERDUE_FAXES, &[&delivery, &i64::from(limit)])
        .await?;
    rows.iter().map(attempt).collect()
}

pub async fn under_way(database: &Database, attempts: &[Attempt]) -> Result<Vec<Attempt>> {
    let ids: Vec<i32> = attempts.iter().map(|it| it.transaction.0).collect();
    let numbers: Vec<i32> = attempts.iter().map(|it| small(it.number)).collect();
    let rows = database
        .query(queries::ATTEMPTS_UNDER_WAY, &[&ids, &numbers])
        .await?;
    rows.iter().map(attempt).collect()
}

pub async fn requeue(
    database: &Database,
    transaction: TransactionId,
    delivery: &str,
) -> Result<Option<Attempt>> {
    let row = database
        .query_opt(queries::REQUEUE_FAX, &[&transaction.0, &delivery])
        .await?;
    row.as_ref().map(attempt).transpose()
}

pub async fn hasten(database: &Database, transaction: TransactionId) -> Result<bool> {
    let rows = database
        .query(queries::HASTEN_FAX, &[&transaction.0])
        .await?;
    Ok(!rows.is_empty())
}

pub async fn totals(database: &Database) -> Result<Vec<OutboxTotal>> {
    let rows = database.query(queries::OUTBOX_TOTALS, &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(OutboxTotal {
                delivery: get(row, "delivery")?,
                state: state(row, "phase")?,
                count: unsigned(row, "count")?,
                oldest: span(get(row, "oldest")?),
            })
        })
        .collect()
}
