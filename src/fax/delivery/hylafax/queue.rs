//! What the server's queues say of jobs.

use uuid::Uuid;

use super::{session::Session, trouble::Trouble};
use crate::fax::delivery::texts::{TEXT, clean};

/// The most bytes of a listing.
const LONGEST_LISTING: usize = 32 << 20;
/// The most bytes of a session's log.
const LONGEST_LOG: usize = 1 << 20;
/// What a line of a listing says: number, state, dials so far and at most, tag, status.
const FORMAT: &str = "%j|%a|%d|%x|%J|%s";

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Not submitted, or stopped by an operator.
    Suspended,
    /// Will be sent.
    UnderWay(&'static str),
    /// Sent.
    Done,
    /// Given up.
    Failed,
}

impl State {
    fn of_letter(letter: &str) -> Option<Self> {
        Some(match letter {
            "T" => Self::Suspended,
            "P" => Self::UnderWay("pending"),
            "S" => Self::UnderWay("sleeping"),
            "B" => Self::UnderWay("blocked"),
            "W" => Self::UnderWay("waiting for a modem"),
            "R" => Self::UnderWay("being sent"),
            "D" => Self::Done,
            "F" => Self::Failed,
            _ => return None,
        })
    }

    fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "SUSPENDED" => Self::Suspended,
            "PENDING" => Self::UnderWay("pending"),
            "SLEEPING" => Self::UnderWay("sleeping"),
            "BLOCKED" => Self::UnderWay("blocked"),
            "READY" => Self::UnderWay("waiting for a modem"),
            "ACTIVE" => Self::UnderWay("being sent"),
            "DONE" => Self::Done,
            "FAILED" => Self::Failed,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::UnderWay(name) => name,
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// A job in the queue of what is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub id: String,
    pub state: State,
    pub tag: String,
    /// For people.
    pub progress: String,
}

/// Everything about a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub state: State,
    /// Why it is where it is; the first line.
    pub status: String,
    /// The number of that.
    pub code: u32,
    /// Pages that arrived.
    pub pages: u32,
    /// The log of the last call, if it is over and the log may be read.
    pub log: String,
}

/// What there is under a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The job.
    Job(Job),
    /// Nothing of ours, in no queue.
    Nowhere,
    /// A description that cannot be read at this moment: it is written in place.
    Unreadable,
}

/// The jobs that are not over, with tags that begin so.
pub(super) async fn list(mut session: Session, prefix: &str) -> Result<Vec<Listed>, Trouble> {
    // What programs on the server say stands in a status, and may have lines of its own.
    let mark = Uuid::new_v4().simple().to_string();
    session
        .command(&format!("JOBFMT \"{mark}|{FORMAT}\""), &[200])
        .await?;
    let listing = session.fetch("LIST sendq", LONGEST_LISTING).await?;
    session.close().await;
    let listing = String::from_utf8_lossy(&listing);
    Ok(listing
        .lines()
        .filter_map(|line| listed(line.strip_prefix(mark.as_str())?.strip_prefix('|')?))
        .filter(|job| job.tag.starts_with(prefix))
        .collect())
}

fn listed(line: &str) -> Option<Listed> {
    let mut fields = line.trim_end().splitn(6, '|');
    let mut field = || fields.next();
    let (id, letter, dials, most) = (field()?, field()?, field()?, field()?);
    let (tag, status) = (field()?, field()?);
    let state = State::of_letter(letter)?;
    let mut progress = format!("job {id} is {}, {dials} of {most} dials", state.name());
    if !status.is_empty() {
        progress = format!("{progress}: {}", clean(status, TEXT));
    }
    is_number(id).then(|| Listed {
        id: id.to_owned(),
        state,
        tag: tag.to_owned(),
        progress,
    })
}

/// Looks for a job in every queue. Whatever it says comes last, and the session is over then.
pub(super) async fn find(mut session: Session, id: &str, tag: &str) -> Result<Found, Trouble> {
    if !is_number(id) {
        return Ok(Found::Nowhere);
    }
    let chosen = session.say(&format!("JOB {id}"), "JOB").await?;
    let described = if chosen.code == 200 {
        parameter(&mut session, "JOBINFO").await?
    } else {
        None
    };
    let Some(whose) = described else {
        return is_nowhere(session, id).await;
    };
    if whose != tag {
        // Numbers are used again after a while.
        session.close().await;
        return Ok(Found::Nowhere);
    }
    let mut values = [const { String::new() }; 4];
    for (value, name) in values
        .iter_mut()
        .zip(["STATE", "STATUSCODE", "NPAGES", "COMMID"])
    {
        // It has gone to another queue meanwhile.
        let Some(told) = parameter(&mut session, name).await? else {
            return Ok(Found::Unreadable);
        };
        *value = told;
    }
    let [state, code, pages, communication] = values;
    let Some(state) = State::of_word(&state) else {
        return Ok(Found::Unreadable);
    };
    let is_over = matches!(state, State::Done | State::Failed);
    let log = if is_over && is_number(&communication) {
        log(&mut session, &communication).await?
    } else {
        String::new()
    };
    let status = parameter(&mut session, "STATUS").await?;
    Ok(Found::Job(Job {
        state,
        status: clean(&status.unwrap_or_default(), TEXT),
        code: code.parse().unwrap_or_default(),
        pages: pages.parse().unwrap_or_default(),
        log,
    }))
}

/// A parameter of the job that was chosen; none if it is gone.
async fn parameter(session: &mut Session, name: &str) -> Result<Option<String>, Trouble> {
    let reply = session
        .command(&format!("JPARM {name}"), &[213, 500])
        .await?;
    Ok((reply.code == 213).then(|| reply.text.trim().to_owned()))
}

/// Whether there is no description of such a job. First where jobs are moved from, then where they
/// are moved to: nothing slips through between.
async fn is_nowhere(mut session: Session, id: &str) -> Result<Found, Trouble> {
    for queue in ["sendq", "doneq"] {
        let size = format!("SIZE {queue}/q{id}");
        if session.command(&size, &[213, 550]).await?.code == 213 {
            return Ok(Found::Unreadable);
        }
    }
    session.close().await;
    Ok(Found::Nowhere)
}

/// The log of a call; empty if it is gone, or not for us to read.
async fn log(session: &mut Session, communication: &str) -> Result<String, Trouble> {
    let command = format!("RETR log/c{communication}");
    match session.fetch(&command, LONGEST_LOG).await {
        Ok(log) => Ok(String::from_utf8_lossy(&log).into_owned()),
        Err(Trouble::Refused { .. }) => Ok(String::new()),
        Err(other) => Err(other),
    }
}

pub(super) fn is_number(id: &str) -> bool {
    (1..=12).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{State, listed};

    #[test]
    fn lines_of_a_listing() {
        let job = listed("12|S|1|4|chunkgate/x/7.1|Busy signal detected|odd\r").unwrap();
        assert_eq!(job.state, State::UnderWay("sleeping"));
        assert_eq!(
            (job.id.as_str(), job.tag.as_str()),
            ("12", "chunkgate/x/7.1")
        );
        let progress = "job 12 is sleeping, 1 of 4 dials: Busy signal detected|odd";
        assert_eq!(job.progress, progress);
        for other in ["", "12|S|1|4", "x|S|1|4|t|", "12|?|1|4|t|", "total 3"] {
            assert_eq!(listed(other), None, "{other}");
        }
    }
}
