//! How a job ended, as an outcome.

use super::queue::{Job, State};
use crate::fax::{
    delivery::{
        Outcome, Report,
        texts::{CSID, clean},
    },
    outcome::{CANCELLED, NO_OUTCOME},
};

/// HylaFAX's numbers for how a job ended.
mod status {
    /// "Busy signal detected".
    pub const BUSY: u32 = 1;
    /// "REJECT: No work found in job file".
    pub const NO_DOCUMENTS: u32 = 329;
    /// "Job aborted by request".
    pub const KILLED: u32 = 345;
}

/// The number of a busy line, as clients of the original service know it.
const BUSY: u32 = 6017;
/// HylaFAX's other numbers are told as this and the number.
const HYLAFAX: u32 = 901_000;

/// Whether somebody has taken the job back.
pub(super) fn was_killed(job: &Job) -> bool {
    job.state == State::Failed && job.code == status::KILLED
}

/// Whether the scheduler has thrown it away because it had no documents, which are named before a job
/// is submitted.
pub(super) fn had_no_documents(job: &Job) -> bool {
    job.state == State::Failed && job.code == status::NO_DOCUMENTS
}

/// The number by which clients learn of it.
fn code(job: &Job) -> u32 {
    match job.code {
        status::BUSY => BUSY,
        status::KILLED => CANCELLED.code,
        other => HYLAFAX + other.min(98_999),
    }
}

/// The outcome of a job, if it has one.
pub(super) fn outcome(job: &Job) -> Option<Outcome> {
    let report = Report {
        pages: job.pages,
        duration: duration(&job.log).unwrap_or_default(),
        remote_csid: remote_csid(&job.log).unwrap_or_default(),
    };
    match job.state {
        State::Suspended | State::UnderWay(_) => None,
        State::Done => Some(Outcome::Sent(report)),
        State::Failed => Some(Outcome::Failed {
            code: code(job),
            text: if job.status.is_empty() {
                "HylaFAX does not say why".to_owned()
            } else {
                job.status.clone()
            },
            // It has dialled as often as the fax asks for.
            may_retry: false,
            report,
        }),
    }
}

/// The outcome of a job that is not there any more.
pub(super) fn gone(id: &str, why: &str) -> Outcome {
    Outcome::Failed {
        code: NO_OUTCOME.code,
        text: format!(
            "{}: job {id} is in no queue of the HylaFAX server, {why}",
            NO_OUTCOME.text
        ),
        may_retry: false,
        report: Report::default(),
    }
}

/// Seconds between the first and the last line, by the time of day in them:
/// `Nov 25 23:10:01.57: [ 123]: SESSION BEGIN ...`.
fn duration(log: &str) -> Option<u32> {
    let mut times = log.lines().filter_map(time_of_day);
    let first = times.next()?;
    let last = times.next_back().unwrap_or(first);
    Some((last + DAY - first) % DAY)
}

const DAY: u32 = 24 * 60 * 60;

fn time_of_day(line: &str) -> Option<u32> {
    let clock = line.split_whitespace().nth(2)?;
    let clock = clock.split('.').next()?;
    let mut parts = clock.splitn(3, ':').map(|part| part.parse::<u32>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    (hours < 24 && minutes < 60 && seconds <= 60).then_some(hours * 3600 + minutes * 60 + seconds)
}

/// What stands behind `REMOTE CSI`, in quotes.
fn remote_csid(log: &str) -> Option<String> {
    let (_, rest) = log.split_once("REMOTE CSI \"")?;
    let (csid, _) = rest.split_once('"')?;
    Some(clean(csid, CSID))
}

#[cfg(test)]
mod tests {
    use super::{duration, remote_csid};

    const LOG: &str = "\
Nov 25 23:59:50.14: [ 9119]: SESSION BEGIN 000000042 4930123456
Nov 25 23:59:50.14: [ 9119]: HylaFAX (tm) Version 6.0.7
Nov 26 00:00:02.52: [ 9119]: REMOTE CSI \"+49 30 123456\"
Nov 26 00:00:45.61: [ 9119]: SESSION END
";

    #[test]
    fn a_log_says_how_long_it_took_and_who_answered() {
        assert_eq!(duration(LOG), Some(55));
        assert_eq!(remote_csid(LOG).as_deref(), Some("+49 30 123456"));
        assert_eq!((duration(""), remote_csid("")), (None, None));
        assert_eq!(duration("no times here at all\n"), None);
    }
}
