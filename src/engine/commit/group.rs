//! One group's way through the database, and what becomes of each of its appends.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use tracing::warn;

use crate::{
    content::Pin,
    engine::{
        Peer, UploadError,
        answers::{Fate, LostAnswer, Receipt},
        repository::{Again, Commit, IfEqual, RepositoryError},
        session::SessionId,
    },
};

use super::{Committed, CommitterParts, Origin, Outcome as Reply, Signs, Verdict, Waiting, judge};

/// How often an append is judged and tried again while the session changes under it.
const ATTEMPTS: usize = 4;
/// How long a caller waits for the outcome of a commit whose connection broke.
const RESOLVE_WITHIN: Duration = Duration::from_secs(2);
/// The pause between two questions about such an outcome.
const RESOLVE_PAUSE: Duration = Duration::from_millis(100);
/// Appends judged or retried side by side.
const SIDE_BY_SIDE: usize = 4;

/// An append and, if there is one, the append before it of which nobody knows what became.
pub struct Member {
    pub before: Option<Unresolved>,
    pub waiting: Waiting,
}

impl Member {
    pub fn session(&self) -> SessionId {
        self.waiting.append.session
    }
}

/// An append whose outcome is not known; its caller was told that something failed.
pub struct Unresolved {
    append: Commit,
    // The bytes may be named in the database.
    _pin: Pin,
}

impl Unresolved {
    pub fn session(&self) -> SessionId {
        self.append.session
    }
}

/// A session that is no longer under way, and what is left to do for it.
pub struct Done {
    pub session: SessionId,
    pub unresolved: Option<Unresolved>,
    pub not_marked: Option<LostAnswer>,
}

impl Done {
    fn nothing_left(session: SessionId) -> Self {
        Self {
            session,
            unresolved: None,
            not_marked: None,
        }
    }
}

/// Commits a group and answers each of its appends.
pub async fn run(parts: &CommitterParts, group: Vec<Member>) -> Vec<Done> {
    let (mut done, mut ready) = (Vec::new(), Vec::new());
    for member in group {
        match settle_before(parts, member).await {
            Ok(waiting) => ready.push(waiting),
            Err(left) => done.push(left),
        }
    }
    let (ready, compared): (Vec<_>, Vec<_>) = ready
        .into_iter()
        .partition(|(waiting, standing)| waiting.has_bytes() && !standing.is_stale());
    let mut outcomes = commit_together(parts, ready).await;
    outcomes.extend(
        compared
            .into_iter()
            .map(|(waiting, standing)| (waiting, standing, Outcome::Missing)),
    );
    let conclusions = outcomes
        .into_iter()
        .map(|(waiting, standing, outcome)| conclude(parts, waiting, standing, outcome));
    let conclusions = stream::iter(conclusions).buffer_unordered(SIDE_BY_SIDE);
    done.extend(conclusions.collect::<Vec<_>>().await);
    done
}

async fn commit_together(
    parts: &CommitterParts,
    ready: Vec<(Waiting, Standing)>,
) -> Vec<(Waiting, Standing, Outcome)> {
    if ready.is_empty() {
        return Vec::new();
    }
    let appends: Vec<Commit> = ready
        .iter()
        .map(|(waiting, _)| waiting.append.clone())
        .collect();
    let begun = Instant::now();
    let result = parts.repository.commit(parts.boot, &appends).await;
    crate::telemetry::metrics::commit_group(appends.len(), begun.elapsed());
    let alone = ready.len() == 1;
    let outcome_of = |(waiting, standing): (Waiting, Standing)| {
        let outcome = match &result {
            Ok(totals) => totals
                .iter()
                .find(|(session, _)| *session == waiting.append.session)
                .map_or(Outcome::Missing, |(_, total)| Outcome::Committed(*total)),
            // One append that the database refuses must not spoil the others.
            Err(RepositoryError::Refused { .. }) if !alone => Outcome::Missing,
            Err(error) => Outcome::of(error.clone()),
        };
        (waiting, standing, outcome)
    };
    ready.into_iter().map(outcome_of).collect()
}

/// Tells the database of lost answers and finds out open outcomes.
pub async fn repair(
    parts: &CommitterParts,
    lost: Vec<LostAnswer>,
    unresolved: Vec<Unresolved>,
) -> Vec<Done> {
    let mut done = Vec::with_capacity(lost.len() + unresolved.len());
    for lost in lost {
        // The session may have been answered again while this waited.
        if !parts.answers.matters(&lost) {
            done.push(Done::nothing_left(lost.about));
            continue;
        }
        let told = parts
            .repository
            .mark_suspect(parts.boot, lost.about, lost.said)
            .await;
        let mut left = Done::nothing_left(lost.about);
        match told {
            Ok(()) => parts.answers.marked(lost),
            Err(_) => left.not_marked = Some(lost),
        }
        done.push(left);
    }
    for open in unresolved {
        let session = open.session();
        let mut left = Done::nothing_left(session);
        if let Err(open) = resolve_earlier(parts, open).await {
            left.unresolved = Some(open);
        }
        done.push(left);
    }
    done
}

enum Outcome {
    Committed(u64),
    /// It is the last append of its session, which another request has committed and answers for.
    Overtaken(u64),
    Missing,
    /// To be found out until then.
    Unknown(RepositoryError, Instant),
    Failed(UploadError),
}

impl Outcome {
    fn of(error: RepositoryError) -> Self {
        match error {
            RepositoryError::OutcomeUnknown(_) => {
                Self::Unknown(error, Instant::now() + RESOLVE_WITHIN)
            }
            RepositoryError::Unavailable(_)
            | RepositoryError::Refused { .. }
            | RepositoryError::Replaced
            | RepositoryError::Corrupt(_) => Self::Failed(error.into()),
        }
    }
}

/// What is known of an append's client and of the answer before, when its turn has come.
#[derive(Clone, Copy)]
struct Standing {
    origin: Origin,
    /// The append before was answered after this one was begun.
    overtaken: bool,
    /// What became of that answer.
    answer: Fate,
    /// This append came on the connection of that answer, which is its client's own.
    same_connection: bool,
}

impl Standing {
    fn of(parts: &CommitterParts, waiting: &Waiting) -> Self {
        let session = waiting.append.session;
        let origin = waiting.origin;
        Self {
            origin,
            overtaken: parts.answers.given_since(session, origin.begun),
            answer: parts.answers.fate_now(session),
            same_connection: origin.connection.is_some()
                && parts.answers.given_on(session) == origin.connection,
        }
    }

    /// What tells whether the append is the one before again. An answer that is on its way is
    /// waited for before anything follows from it, and was when the bytes have been looked at.
    fn signs(self) -> Signs {
        let waited = self.origin.telling.is_some();
        Signs {
            same_connection: self.same_connection,
            unheard: match self.answer {
                Fate::Settled => self.overtaken,
                Fate::OnItsWay => waited,
                Fate::Lost => true,
            },
            telling: self.origin.telling,
        }
    }

    /// Whether the client has gone on, so that what it brought is not committed any more.
    fn is_stale(self) -> bool {
        self.origin.peer == Peer::Finished && self.overtaken
    }

    /// Whether the client of a repetition hears the answer of another request: the append before
    /// was answered since, and that answer has arrived.
    fn client_is_elsewhere(self, suspect: bool) -> bool {
        self.overtaken && self.answer == Fate::Settled && !suspect
    }
}

impl Waiting {
    /// An append to a complete session brought nothing to commit, only an answer to repeat.
    fn has_bytes(&self) -> bool {
        !self.append.extents.is_empty()
    }
}

/// Finds out what became of the append before, so that this one can be told from it.
async fn settle_before(
    parts: &CommitterParts,
    member: Member,
) -> Result<(Waiting, Standing), Done> {
    let Member {
        before,
        mut waiting,
    } = member;
    if let Some(before) = before
        && let Err(before) = resolve_earlier(parts, before).await
    {
        let session = waiting.append.session;
        let error = RepositoryError::Unavailable("an earlier outcome is still open".to_owned());
        let _gone = waiting.reply.send(Err(error.into()));
        return Err(Done {
            session,
            unresolved: Some(before),
            not_marked: None,
        });
    }
    let standing = Standing::of(parts, &waiting);
    if standing.same_connection {
        waiting.append.if_equal = IfEqual::Next;
    }
    Ok((waiting, standing))
}

/// If an append of which its client heard only that something failed was committed, its answer counts as lost.
async fn resolve_earlier(parts: &CommitterParts, open: Unresolved) -> Result<(), Unresolved> {
    match parts.repository.resolve(parts.boot, &open.append).await {
        Ok(Some(total)) => {
            drop(parts.answers.open(open.append.session, total));
            Ok(())
        }
        Ok(None) => Ok(()),
        Err(_) => Err(open),
    }
}

/// Brings one append to its end and answers its caller.
async fn conclude(
    parts: &CommitterParts,
    waiting: Waiting,
    standing: Standing,
    outcome: Outcome,
) -> Done {
    let Waiting {
        mut append,
        pin,
        reply,
        ..
    } = waiting;
    let session = append.session;
    let mut done = Done::nothing_left(session);
    let answer = match pursue(parts, &mut append, standing, outcome).await {
        Ok((total, receipt)) => Ok(Reply::Committed(Committed {
            total,
            fence: append.fence,
            receipt,
        })),
        Err(Pursuit::Undecided) => Ok(Reply::Undecided(append, pin)),
        Err(Pursuit::Refused(error)) => Err(error),
        Err(Pursuit::Open(error)) => {
            warn!(%session, %error, "the outcome of a commit is not known yet");
            done.unresolved = Some(Unresolved { append, _pin: pin });
            Err(error.into())
        }
    };
    // A caller that is gone drops the receipt, and with it the answer counts as lost.
    let _gone = reply.send(answer);
    done
}

enum Pursuit {
    /// Somebody has to look at its bytes.
    Undecided,
    Refused(UploadError),
    Open(RepositoryError),
}

async fn pursue(
    parts: &CommitterParts,
    append: &mut Commit,
    standing: Standing,
    mut outcome: Outcome,
) -> Result<(u64, Receipt), Pursuit> {
    let session = append.session;
    let connection = standing.origin.connection;
    let open = |total| (total, parts.answers.open_on(connection, session, total));
    for _ in 0..ATTEMPTS {
        match outcome {
            Outcome::Committed(total) => return Ok(open(total)),
            Outcome::Overtaken(total) => return Ok((total, Receipt::of_no_matter(session, total))),
            Outcome::Failed(error) => return Err(Pursuit::Refused(error)),
            Outcome::Unknown(error, until) => {
                return resolve_until(parts, append, error, until).await.map(open);
            }
            Outcome::Missing => outcome = explain(parts, append, standing).await?,
        }
    }
    Err(Pursuit::Refused(UploadError::Internal(
        "an append was refused again and again and nothing explains why",
    )))
}

/// Judges an append that is missing from the database's answer, and does what follows from it.
async fn explain(
    parts: &CommitterParts,
    append: &mut Commit,
    standing: Standing,
) -> Result<Outcome, Pursuit> {
    let refused = |error: RepositoryError| Pursuit::Refused(error.into());
    let met = parts
        .repository
        .explain(parts.boot, append)
        .await
        .map_err(refused)?;
    let signs = standing.signs();
    match judge(append, met.as_ref(), signs, &parts.switch_group) {
        Verdict::Refuse(error) => Err(Pursuit::Refused(error)),
        Verdict::Look => Err(Pursuit::Undecided),
        Verdict::AnswerAgain {
            total,
            appends,
            is_doubtful,
        } => {
            let suspect = met.is_some_and(|met| met.suspect);
            let again = Again {
                appends,
                is_awaited: !standing.client_is_elsewhere(suspect),
                is_doubtful,
            };
            // Should nobody learn whether the database took note, the answer counts as lost.
            let receipt = again
                .is_awaited
                .then(|| parts.answers.open(append.session, total));
            let repository = &parts.repository;
            let answered = repository.answer_again(parts.boot, append, again).await;
            let answered = answered.map_err(refused)?;
            let outcome = match receipt {
                Some(receipt) => {
                    receipt.delivered();
                    Outcome::Committed
                }
                None => Outcome::Overtaken,
            };
            Ok(answered.map_or(Outcome::Missing, outcome))
        }
        Verdict::Commit { .. } if standing.is_stale() => {
            Err(Pursuit::Refused(UploadError::ClientGone))
        }
        Verdict::Commit { .. } if append.extents.is_empty() => Err(Pursuit::Refused(
            UploadError::Internal("a complete session is open again"),
        )),
        Verdict::Commit { fence, if_equal } => {
            append.fence = fence;
            append.if_equal = if_equal;
            let alone = std::slice::from_ref(append);
            Ok(match parts.repository.commit(parts.boot, alone).await {
                Ok(totals) => totals
                    .first()
                    .map_or(Outcome::Missing, |(_, total)| Outcome::Committed(*total)),
                Err(error) => Outcome::of(error),
            })
        }
    }
}

/// Asks the database what became of an append, for as long as a caller can be kept waiting. The
/// appends of a group share the deadline: the last of them must not wait for all the others.
async fn resolve_until(
    parts: &CommitterParts,
    append: &Commit,
    broken: RepositoryError,
    deadline: Instant,
) -> Result<u64, Pursuit> {
    while Instant::now() < deadline {
        match parts.repository.resolve(parts.boot, append).await {
            Ok(Some(total)) => return Ok(total),
            Ok(None) => return Err(Pursuit::Refused(broken.into())),
            Err(_) => tokio::time::sleep(RESOLVE_PAUSE).await,
        }
    }
    Err(Pursuit::Open(broken))
}
