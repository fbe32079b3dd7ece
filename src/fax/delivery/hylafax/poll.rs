//! Learning how jobs go, and how they end.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::Mutex;
use tracing::warn;

use super::{
    Hylafax, NAME, ended,
    parameters::tag,
    queue::{self, Found, Listed, State},
    trouble::Trouble,
};
use crate::fax::delivery::{
    Attempt, DeliveryError, Outcome,
    ledger::{Entry, Phase},
};

/// The longest pause before a server that is away is asked again.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Jobs that may go unanswered one after another before the server counts as away: each takes
/// `hylafax.command_timeout`, and a page has hundreds.
const SILENCES: usize = 3;

/// How long ended jobs are asked for in one look; the others are asked for in the next.
const ASKED_FOR: Duration = Duration::from_mins(1);

/// The last look at the queue, and how many before it failed.
#[derive(Default)]
pub(super) struct Looks {
    last: Mutex<Option<Look>>,
    failures: std::sync::Mutex<Failures>,
    /// Jobs asked for so far: each look begins where the one before has ended, so that a few that
    /// are never answered keep no others from being heard of.
    asked: AtomicUsize,
}

struct Look {
    when: Instant,
    jobs: Arc<HashMap<String, Listed>>,
}

#[derive(Default)]
struct Failures {
    count: u32,
    last: Option<(Instant, String)>,
}

/// Why nothing was learnt of a job.
enum Unasked {
    /// It could not be asked for.
    Job(Trouble),
    /// Nothing can be.
    Server(DeliveryError),
}

impl From<Trouble> for Unasked {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unreachable { .. } | Trouble::Busy | Trouble::NotLetIn { .. } => {
                Self::Server(trouble.into())
            }
            Trouble::Silent { .. }
            | Trouble::Broken { .. }
            | Trouble::Nonsense { .. }
            | Trouble::Refused { .. }
            | Trouble::Content(_)
            | Trouble::Typesetting(_) => Self::Job(trouble),
        }
    }
}

impl Hylafax {
    /// The outcomes of those attempts that have ended, once each is written down.
    pub(super) async fn poll(
        &self,
        attempts: &[Attempt],
    ) -> Result<Vec<(Attempt, Outcome)>, DeliveryError> {
        let mut ended = Vec::new();
        let mut with_server = Vec::new();
        for entry in self.ledger.entries(NAME, attempts).await? {
            if let Some(outcome) = entry.phase.outcome() {
                ended.push((entry.attempt, outcome));
            } else if entry.phase == Phase::Taken {
                // The others are being handed over at this moment.
                with_server.push(entry);
            }
        }
        if with_server.is_empty() {
            return Ok(ended);
        }
        let asked = self.ask(with_server, &mut ended).await;
        match asked {
            Err(error) if ended.is_empty() => Err(error),
            Err(_) | Ok(()) => Ok(ended),
        }
    }

    async fn ask(
        &self,
        entries: Vec<Entry>,
        ended: &mut Vec<(Attempt, Outcome)>,
    ) -> Result<(), DeliveryError> {
        if let Some(why) = self.still_away() {
            return Err(DeliveryError::Unavailable(why));
        }
        let asked = self.look_at(entries, ended).await;
        self.note(&asked);
        asked
    }

    async fn look_at(
        &self,
        entries: Vec<Entry>,
        ended: &mut Vec<(Attempt, Outcome)>,
    ) -> Result<(), DeliveryError> {
        let jobs = self.listing().await?;
        let mut missing = Vec::new();
        for entry in entries {
            match jobs.get(&entry.reference) {
                Some(job) if job.tag == tag(&self.settings, entry.attempt) => {
                    self.progress(entry, job).await?;
                }
                Some(_) | None => missing.push(entry),
            }
        }
        let first = self.looks.asked.load(Ordering::Relaxed) % missing.len().max(1);
        missing.rotate_left(first);
        let begun = Instant::now();
        let mut silences = Vec::new();
        for entry in missing {
            if begun.elapsed() >= ASKED_FOR || silences.len() >= SILENCES {
                break;
            }
            self.looks.asked.fetch_add(1, Ordering::Relaxed);
            let attempt = entry.attempt;
            match self.end_of(entry).await {
                Err(Unasked::Job(error @ (Trouble::Silent { .. } | Trouble::Broken { .. }))) => {
                    silences.push(error);
                    continue;
                }
                Ok(Some(outcome)) => ended.push((attempt, outcome)),
                Ok(None) => {}
                // One job must not keep the others from being heard of; a server that is away
                // says nothing of any.
                Err(Unasked::Job(error)) => {
                    warn!(%attempt, %error, "a job of HylaFAX's cannot be asked for");
                }
                Err(Unasked::Server(error)) => return Err(error),
            }
            silences.clear();
        }
        // Whatever was answered before: it is asked again less and less often.
        silences.pop().map_or(Ok(()), |error| Err(error.into()))
    }

    /// The end of a job that is not in the queue of what is not over.
    async fn end_of(&self, entry: Entry) -> Result<Option<Outcome>, Unasked> {
        let id = &entry.reference;
        let tag = tag(&self.settings, entry.attempt);
        let session = self.session().await?;
        let outcome = match queue::find(session, id, &tag).await? {
            Found::Job(job) => ended::outcome(&job),
            Found::Unreadable => None,
            // Somewhere else it may still be.
            Found::Nowhere if entry.place != self.settings.place() => None,
            Found::Nowhere => Some(ended::gone(id, "and it is not known how it ended")),
        };
        let Some(outcome) = outcome else {
            return Ok(None);
        };
        let over = Entry {
            phase: Phase::Ended(outcome.clone()),
            ..entry
        };
        // If it has changed meanwhile, it is asked for again.
        let changed = self.change(over).await.map_err(Unasked::Server)?;
        Ok(changed.map(|_| outcome))
    }

    /// The jobs that are not over, as they were at most `hylafax.poll_interval` ago.
    async fn listing(&self) -> Result<Arc<HashMap<String, Listed>>, Trouble> {
        let mut last = self.looks.last.lock().await;
        if let Some(look) = &*last
            && look.when.elapsed() < self.settings.poll_interval
        {
            return Ok(Arc::clone(&look.jobs));
        }
        let ours = format!("chunkgate/{}/", self.settings.store);
        let listed = queue::list(self.session().await?, &ours).await?;
        let jobs = listed.into_iter().map(|job| (job.id.clone(), job));
        let jobs: Arc<HashMap<_, _>> = Arc::new(jobs.collect());
        *last = Some(Look {
            when: Instant::now(),
            jobs: Arc::clone(&jobs),
        });
        Ok(jobs)
    }

    /// Writes down what the server says of a job that is under way.
    async fn progress(&self, entry: Entry, job: &Listed) -> Result<(), DeliveryError> {
        if entry.progress == job.progress || matches!(job.state, State::Done | State::Failed) {
            return Ok(());
        }
        let said = Entry {
            progress: job.progress.clone(),
            ..entry
        };
        // If it has changed meanwhile, the next look says more.
        self.change(said).await.map(drop)
    }

    /// What is said as long as a server that was away is not asked again.
    fn still_away(&self) -> Option<String> {
        let failures = self.looks.failures.lock();
        let failures = failures.unwrap_or_else(PoisonError::into_inner);
        let (when, why) = failures.last.as_ref()?;
        let pause = self.settings.poll_interval;
        let pause = pause.saturating_mul(2_u32.saturating_pow(failures.count.min(16)));
        (when.elapsed() < pause.min(LONGEST_PAUSE)).then(|| why.clone())
    }

    fn note(&self, asked: &Result<(), DeliveryError>) {
        let failures = self.looks.failures.lock();
        let mut failures = failures.unwrap_or_else(PoisonError::into_inner);
        match asked {
            Ok(()) => *failures = Failures::default(),
            Err(error) => {
                if failures.count == 0 {
                    warn!(%error, "it cannot be learnt how faxes at the HylaFAX server go; asked again less and less often");
                }
                failures.count = failures.count.saturating_add(1);
                failures.last = Some((Instant::now(), error.to_string()));
            }
        }
    }
}
