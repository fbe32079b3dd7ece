//! What clients ask for.

use std::time::Duration;

use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    engine::{account::AccountId, repository::RepositoryError},
    fax::{
        item::{SubmissionId, TransactionId},
        outcome::{INVALID_NUMBER, NO_OUTCOME},
        repository::{Earlier, NewRecipient, NewResend, NewSubmission, NewTest, Recorded},
    },
    store::postgres::{
        Database,
        error::corrupt,
        queries,
        rows::{get, signed},
    },
};

use super::rows::{small, transaction};

type Result<T> = std::result::Result<T, RepositoryError>;

/// Recipients as the columns of a statement's arrays.
struct Recipients<'a> {
    numbers: Vec<&'a str>,
    contacts: Vec<&'a str>,
    are_valid: Vec<bool>,
}

impl<'a> Recipients<'a> {
    fn of(recipients: &'a [NewRecipient]) -> Self {
        Self {
            numbers: recipients.iter().map(|r| r.number.as_str()).collect(),
            contacts: recipients.iter().map(|r| r.contact.as_str()).collect(),
            are_valid: recipients.iter().map(|r| r.is_valid).collect(),
        }
    }
}

pub async fn submit(database: &Database, submission: &NewSubmission) -> Result<Option<Recorded>> {
    let options = &submission.options;
    let recipients = Recipients::of(&submission.recipients);
    let documents = &submission.documents;
    let kinds: Vec<&str> = documents.iter().map(|d| d.kind.as_str()).collect();
    let lengths: Vec<i64> = documents.iter().map(|d| signed(d.length)).collect();
    let placing = submission.placing.as_ref();
    let moves = placing.map_or(&[][..], |placing| &placing.moves);
    let (old, new): (Vec<i64>, Vec<i64>) = (moves.iter())
        .map(|(old, new)| (signed(*old), signed(*new)))
        .unzip();
    let row = database
        .query_opt(
            queries::SUBMIT_FAX,
            &[
                &submission.session.0,
                &submission.account.0,
                &signed(submission.length),
                &submission.user,
                &submission.protocol,
                &submission.client_address,
                &submission.fingerprint.as_slice(),
                &submission.boot,
                &options.subject,
                &options.reply_address,
                &options.sender_csid,
                &options.page_header,
                &options.job_id,
                &options.page_size.as_str(),
                &options.landscape,
                &options.high_resolution,
                &options.fine_rendering,
                &small(options.retries),
                &options.postponed_until,
                &kinds,
                &lengths,
                &recipients.numbers,
                &recipients.contacts,
                &recipients.are_valid,
                &submission.route.delivery,
                &small(INVALID_NUMBER.code),
                &INVALID_NUMBER.text,
                &submission.token,
                &submission.route.holds_postponed,
                &signed(submission.received),
                &placing.map(|placing| signed(placing.first)),
                &old,
                &new,
            ],
        )
        .await?;
    if row.is_none() {
        database.require_boot(submission.boot).await?;
    }
    row.as_ref().map(recorded).transpose()
}

pub async fn resend(database: &Database, resend: &NewResend) -> Result<Option<Recorded>> {
    let recipients = Recipients::of(&resend.recipients);
    let row = database
        .query_opt(
            queries::RESEND_FAX,
            &[
                &resend.original.0,
                &resend.account.0,
                &resend.client_address,
                &resend.fingerprint.as_slice(),
                &resend.boot,
                &resend.subject,
                &resend.resend_of.0,
                &recipients.numbers,
                &recipients.contacts,
                &recipients.are_valid,
                &resend.route.delivery,
                &small(INVALID_NUMBER.code),
                &INVALID_NUMBER.text,
                &resend.token,
            ],
        )
        .await?;
    if row.is_none() {
        database.require_boot(resend.boot).await?;
    }
    row.as_ref().map(recorded).transpose()
}

pub async fn begin_test(database: &Database, test: &NewTest) -> Result<TransactionId> {
    let token = Uuid::new_v4();
    // Nothing is ever equal to it.
    let fingerprint = [token.as_bytes().as_slice(), token.as_bytes()].concat();
    let row = database
        .query_opt(
            queries::TEST_FAX,
            &[
                &test.user,
                &test.recipient,
                &test.document.kind,
                &signed(test.document.length),
                &test.delivery,
                &test.lease,
                &test.lease_for.as_secs_f64(),
                &token,
                &fingerprint,
            ],
        )
        .await?;
    let row = row.ok_or_else(|| corrupt("a test has no number".to_owned()))?;
    transaction(&row, "id")
}

fn recorded(row: &Row) -> Result<Recorded> {
    Ok(Recorded {
        submission: SubmissionId(get(row, "id")?),
        parent: transaction(row, "parent_id")?,
    })
}

pub async fn earlier(
    database: &Database,
    account: AccountId,
    fingerprints: &[[u8; 32]],
    within: Option<Duration>,
) -> Result<Option<Earlier>> {
    let fingerprints: Vec<&[u8]> = fingerprints.iter().map(<[u8; 32]>::as_slice).collect();
    let row = database
        .query_opt(
            queries::FIND_REPEATED_SUBMISSION,
            &[
                &account.0,
                &fingerprints,
                &within.map(|within| within.as_secs_f64()),
                &small(NO_OUTCOME.code),
            ],
        )
        .await?;
    row.map(|row| {
        Ok(Earlier {
            recorded: recorded(&row)?,
            token: get(&row, "token")?,
            sends: get(&row, "sends")?,
        })
    })
    .transpose()
}

pub async fn hide(database: &Database, ids: &[i32], account: AccountId) -> Result<u64> {
    let rows = database
        .query(queries::HIDE_FAXES, &[&ids, &account.0])
        .await?;
    Ok(rows.len() as u64)
}

pub async fn delete_old(database: &Database, retention: Duration, limit: u32) -> Result<u64> {
    let rows = database
        .query(
            queries::DELETE_OLD_FAXES,
            &[&retention.as_secs_f64(), &i64::from(limit)],
        )
        .await?;
    Ok(rows.len() as u64)
}

pub async fn drop_documents(
    database: &Database,
    keep: Duration,
    keep_dead_letters: Duration,
    limit: u32,
) -> Result<u64> {
    let rows = database
        .query(
            queries::DROP_FAX_DOCUMENTS,
            &[
                &keep.as_secs_f64(),
                &i64::from(limit),
                &keep_dead_letters.as_secs_f64(),
            ],
        )
        .await?;
    Ok(rows.len() as u64)
}
