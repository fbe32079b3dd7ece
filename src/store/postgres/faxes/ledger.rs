//! What deliveries know of their attempts.

use std::time::Duration;

use async_trait::async_trait;
use tokio_postgres::Row;

use crate::{
    engine::repository::RepositoryError,
    fax::delivery::{
        Attempt, Outcome, Report,
        ledger::{Entry, Ledger, Phase},
    },
    store::postgres::{Postgres, error::corrupt, queries, rows::get},
};

use super::{
    outbox::span,
    rows::{count, small, transaction},
};

/// By how many seconds a clock may go back while it is being adjusted.
const SLEWED: f64 = 1.0;

type Result<T> = std::result::Result<T, RepositoryError>;

/// The columns that say how an attempt ended.
#[derive(Default)]
struct Ending<'a> {
    code: Option<i32>,
    text: &'a str,
    may_retry: bool,
    refused: bool,
    report: Report,
}

impl<'a> Ending<'a> {
    fn of(phase: &'a Phase) -> Self {
        match phase {
            Phase::Ended(Outcome::Sent(report)) => Self {
                code: Some(0),
                report: report.clone(),
                ..Self::default()
            },
            Phase::Ended(Outcome::Failed {
                code,
                text,
                may_retry,
                report,
            }) => Self {
                code: Some(small(*code).max(1)),
                text,
                may_retry: *may_retry,
                refused: false,
                report: report.clone(),
            },
            Phase::Ended(Outcome::Refused { text }) => Self {
                code: Some(1),
                text,
                refused: true,
                ..Self::default()
            },
            Phase::Offered | Phase::Submitting | Phase::Taken | Phase::Withdrawn => Self::default(),
        }
    }
}

fn name(phase: &Phase) -> &'static str {
    match phase {
        Phase::Offered => "offered",
        Phase::Submitting => "submitting",
        Phase::Taken => "taken",
        Phase::Withdrawn => "withdrawn",
        Phase::Ended(_) => "ended",
    }
}

fn number(row: &Row) -> Result<u32> {
    let number: i64 = get(row, "attempt")?;
    u32::try_from(number).map_err(|_| corrupt(format!("attempt is {number}")))
}

fn attempt(row: &Row) -> Result<Attempt> {
    Ok(Attempt {
        transaction: transaction(row, "transaction_id")?,
        number: number(row)?,
    })
}

fn entry(row: &Row) -> Result<Entry> {
    Ok(Entry {
        attempt: attempt(row)?,
        version: get(row, "version")?,
        phase: match get(row, "phase")? {
            "offered" => Phase::Offered,
            "submitting" => Phase::Submitting,
            "taken" => Phase::Taken,
            "withdrawn" => Phase::Withdrawn,
            "ended" => Phase::Ended(outcome(row)?),
            other => return Err(corrupt(format!("the phase of an attempt is {other}"))),
        },
        age: age(row)?,
        reference: get(row, "reference")?,
        place: get(row, "place")?,
        progress: get(row, "progress")?,
    })
}

/// How long ago a phase began. If that lies ahead, the clock was set back, and nobody knows.
fn age(row: &Row) -> Result<Duration> {
    let seconds: f64 = get(row, "age")?;
    Ok(if seconds < -SLEWED {
        Duration::MAX
    } else {
        span(seconds)
    })
}

fn outcome(row: &Row) -> Result<Outcome> {
    let report = Report {
        pages: count(row, "pages")?,
        duration: count(row, "duration")?,
        remote_csid: get(row, "remote_csid")?,
    };
    let text = get(row, "status_text")?;
    if get(row, "refused")? {
        return Ok(Outcome::Refused { text });
    }
    Ok(match count(row, "code")? {
        0 => Outcome::Sent(report),
        code => Outcome::Failed {
            code,
            text,
            may_retry: get(row, "may_retry")?,
            report,
        },
    })
}

#[async_trait]
impl Ledger for Postgres {
    async fn offer(&self, delivery: &'static str, attempt: Attempt) -> Result<Option<Entry>> {
        self.begin(delivery, attempt, &Phase::Offered).await
    }

    async fn withdraw(&self, delivery: &'static str, attempt: Attempt) -> Result<Option<Entry>> {
        self.begin(delivery, attempt, &Phase::Withdrawn).await
    }

    async fn change(&self, delivery: &'static str, to: &Entry) -> Result<Option<Entry>> {
        let ending = Ending::of(&to.phase);
        let row = self
            .database()
            .query_opt(
                queries::CHANGE_ATTEMPT,
                &[
                    &delivery,
                    &to.attempt.transaction.0,
                    &i64::from(to.attempt.number),
                    &to.version,
                    &name(&to.phase),
                    &to.reference,
                    &to.place,
                    &to.progress,
                    &ending.code,
                    &ending.text,
                    &ending.may_retry,
                    &ending.refused,
                    &small(ending.report.pages),
                    &small(ending.report.duration),
                    &ending.report.remote_csid,
                ],
            )
            .await?;
        row.as_ref().map(entry).transpose()
    }

    async fn entries(&self, delivery: &str, attempts: &[Attempt]) -> Result<Vec<Entry>> {
        let ids: Vec<i32> = attempts.iter().map(|it| it.transaction.0).collect();
        let numbers: Vec<i64> = attempts.iter().map(|it| it.number.into()).collect();
        let rows = self
            .database()
            .query(queries::KNOWN_ATTEMPTS, &[&delivery, &ids, &numbers])
            .await?;
        rows.iter().map(entry).collect()
    }

    async fn forget(&self, delivery: &'static str, attempt: Attempt) -> Result<()> {
        self.database()
            .query(
                queries::FORGET_ATTEMPT,
                &[
                    &delivery,
                    &attempt.transaction.0,
                    &i64::from(attempt.number),
                ],
            )
            .await
            .map(drop)
    }

    async fn kept(
        &self,
        delivery: &'static str,
        after: Option<Attempt>,
        limit: usize,
    ) -> Result<Vec<Attempt>> {
        let (transaction, number) =
            after.map_or((0, 0), |it| (it.transaction.0, i64::from(it.number)));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self
            .database()
            .query(
                queries::KEPT_ATTEMPTS,
                &[&delivery, &transaction, &number, &limit],
            )
            .await?;
        rows.iter().map(self::attempt).collect()
    }
}

impl Postgres {
    async fn begin(
        &self,
        delivery: &str,
        attempt: Attempt,
        phase: &Phase,
    ) -> Result<Option<Entry>> {
        let row = self
            .database()
            .query_opt(
                queries::BEGIN_ATTEMPT,
                &[
                    &delivery,
                    &attempt.transaction.0,
                    &i64::from(attempt.number),
                    &name(phase),
                ],
            )
            .await?;
        row.as_ref().map(entry).transpose()
    }
}
