//! Rows to values.

use tokio_postgres::{Row, types::FromSql};

use crate::{
    engine::{repository::RepositoryError, session::SessionId},
    fax::{
        delivery::Attempt,
        item::{
            FaxItem, FaxOptions, PageSize, Queued, SubmissionId, TransactionId, TransactionState,
        },
    },
    store::postgres::{error::corrupt, rows::get},
};

type Result<T> = std::result::Result<T, RepositoryError>;

/// A column that holds no negative number.
pub fn count(row: &Row, column: &str) -> Result<u32> {
    let value: i32 = get(row, column)?;
    u32::try_from(value).map_err(|_| corrupt(format!("{column} is {value}")))
}

/// The other way: counts beyond `i32` cannot occur, and would be refused by a constraint.
pub fn small(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

pub fn transaction(row: &Row, column: &str) -> Result<TransactionId> {
    Ok(TransactionId(get(row, column)?))
}

pub fn attempt(row: &Row) -> Result<Attempt> {
    Ok(Attempt {
        transaction: transaction(row, "transaction_id")?,
        number: count(row, "attempt")?,
    })
}

pub fn state(row: &Row, column: &str) -> Result<TransactionState> {
    let name: &str = get(row, column)?;
    TransactionState::parse(name)
        .ok_or_else(|| corrupt(format!("the state of a transaction is {name}")))
}

pub fn item(row: &Row) -> Result<FaxItem> {
    let state = state(row, "state")?;
    let account: Option<i64> = get(row, "account_id")?;
    let session: Option<i64> = get(row, "session_id")?;
    let resend_of: Option<i32> = get(row, "resend_of")?;
    Ok(FaxItem {
        id: transaction(row, "id")?,
        parent: transaction(row, "parent_id")?,
        batch_size: count(row, "batch_size")?,
        submission: SubmissionId(get(row, "submission_id")?),
        account,
        user: get(row, "user_name")?,
        protocol: get(row, "protocol")?,
        client_address: get(row, "client_address")?,
        state,
        status: get(row, "status")?,
        status_text: get(row, "status_text")?,
        recipient: get(row, "recipient")?,
        contact: get(row, "contact")?,
        hidden: get(row, "hidden")?,
        options: options(row)?,
        resend_of: resend_of.map(TransactionId),
        session: session.map(SessionId),
        trials: count(row, "trials")?,
        pages_sent: count(row, "pages_sent")?,
        duration: count(row, "duration")?,
        remote_csid: get(row, "remote_csid")?,
        created_at: get(row, "created_at")?,
        ended_at: get(row, "ended_at")?,
        dead_letter: get(row, "dead_letter")?,
        queue: queued(row)?,
    })
}

fn options(row: &Row) -> Result<FaxOptions> {
    let page_size: &str = get(row, "page_size")?;
    Ok(FaxOptions {
        subject: get(row, "subject")?,
        reply_address: get(row, "reply_address")?,
        sender_csid: get(row, "sender_csid")?,
        page_header: get(row, "page_header")?,
        job_id: get(row, "job_id")?,
        page_size: PageSize::parse(page_size)
            .ok_or_else(|| corrupt(format!("a page's size is {page_size}")))?,
        landscape: get(row, "landscape")?,
        high_resolution: get(row, "high_resolution")?,
        fine_rendering: get(row, "fine_rendering")?,
        retries: count(row, "retries")?,
        postponed_until: get(row, "postponed_until")?,
    })
}

/// The columns of the outbox, which are all null when the transaction is over.
fn queued(row: &Row) -> Result<Option<Queued>> {
    let Some(delivery) = get::<Option<String>>(row, "delivery")? else {
        return Ok(None);
    };
    Ok(Some(Queued {
        delivery,
        attempt: count(row, "attempt")?,
        due_at: get(row, "due_at")?,
        failures: count(row, "failures")?,
        last_error: get(row, "last_error")?,
        cancel_requested: get(row, "cancel_requested")?,
        handed_over_at: get(row, "handed_over_at")?,
    }))
}

/// Values of one column.
pub fn column<'a, T: FromSql<'a>>(rows: &'a [Row], name: &str) -> Result<Vec<T>> {
    rows.iter().map(|row| get(row, name)).collect()
}
