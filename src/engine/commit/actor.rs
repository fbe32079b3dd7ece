//! The committer's loop: who goes into which group, and when.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::Duration,
};

use tokio::{
    sync::mpsc,
    task::{self, JoinSet},
    time::{Instant, sleep_until},
};
use tracing::{error, warn};

use crate::engine::{answers::LostAnswer, session::SessionId};

use super::{
    CommitterParts, End, Waiting,
    group::{self, Done, Unresolved},
};

/// Groups under way at once: while one waits for the disk of the database, the next is built.
const GROUPS: usize = 2;
/// Appends in one group.
const GROUP_SIZE: usize = 64;
/// Appends taken out of the queue and waiting for a group.
const WAITING: usize = 1024;
/// How long after a failure the database is asked again about lost answers and open outcomes.
const RETRY: Duration = Duration::from_secs(1);

pub struct Actor {
    parts: CommitterParts,
    queue: mpsc::Receiver<Waiting>,
    waiting: VecDeque<Waiting>,
    // Sessions in a group or a repair under way, and in which.
    busy: HashMap<SessionId, task::Id>,
    // Appends whose outcome could not be found out yet. The next append of such a session has to
    // wait for that, since it may be the same one again.
    unresolved: HashMap<SessionId, Unresolved>,
    groups: JoinSet<Vec<Done>>,
    // Beside the groups, so that a repair that waits for a lock keeps no append waiting. One at a time.
    repairs: JoinSet<Vec<Done>>,
    lost: Vec<LostAnswer>,
    retry_at: Option<Instant>,
}

impl Actor {
    pub fn new(parts: CommitterParts, queue: mpsc::Receiver<Waiting>) -> Self {
        Self {
            parts,
            queue,
            waiting: VecDeque::new(),
            busy: HashMap::new(),
            unresolved: HashMap::new(),
            groups: JoinSet::new(),
            repairs: JoinSet::new(),
            lost: Vec::new(),
            retry_at: None,
        }
    }

    pub async fn run(mut self) -> End {
        let mut open = true;
        while open || !self.waiting.is_empty() || !self.groups.is_empty() {
            self.start_groups();
            self.start_repairs();
            let retry_at = self.retry_at;
            let answers = self.parts.answers.clone();
            tokio::select! {
                next = self.queue.recv(), if open && self.waiting.len() < WAITING => match next {
                    Some(waiting) => self.take(waiting),
                    None => open = false,
                },
                Some(done) = self.groups.join_next() => self.finished(done),
                Some(done) = self.repairs.join_next() => self.finished(done),
                () = answers.some_lost(), if retry_at.is_none() => self.lost.extend(answers.take_lost()),
                () = sleep_until(retry_at.unwrap_or_else(Instant::now)), if retry_at.is_some() => self.retry_at = None,
            }
        }
        self.leave_nothing_unsaid().await
    }

    fn take(&mut self, first: Waiting) {
        self.waiting.push_back(first);
        // Whatever else has come goes into the same group.
        while self.waiting.len() < WAITING {
            match self.queue.try_recv() {
                Ok(next) => self.waiting.push_back(next),
                Err(_) => break,
            }
        }
    }

    fn start_groups(&mut self) {
        while self.groups.len() < GROUPS {
            let group = self.next_group();
            if group.is_empty() {
                break;
            }
            let sessions: Vec<_> = group.iter().map(group::Member::session).collect();
            let parts = self.parts.clone();
            let task = self
                .groups
                .spawn(async move { group::run(&parts, group).await });
            self.keep_busy(sessions, task.id());
        }
    }

    fn keep_busy(&mut self, sessions: impl IntoIterator<Item = SessionId>, task: task::Id) {
        let sessions = sessions.into_iter();
        self.busy.extend(sessions.map(|session| (session, task)));
    }

    /// The longest-waiting appends of distinct sessions that are not under way.
    fn next_group(&mut self) -> Vec<group::Member> {
        let mut group = Vec::new();
        let mut passed_over = HashSet::new();
        let mut index = 0;
        while group.len() < GROUP_SIZE && index < self.waiting.len() {
            let session = self.waiting[index].append.session;
            // Appends of one session stay in order.
            if self.busy.contains_key(&session) || !passed_over.insert(session) {
                index += 1;
                continue;
            }
            let Some(waiting) = self.waiting.remove(index) else {
                break;
            };
            group.push(group::Member {
                before: self.unresolved.remove(&session),
                waiting,
            });
        }
        group
    }

    /// Tells the database of lost answers and asks it for open outcomes, beside the groups, for
    /// sessions that are not under way.
    fn start_repairs(&mut self) {
        if self.retry_at.is_some() || !self.repairs.is_empty() {
            return;
        }
        let busy = &self.busy;
        let lost: Vec<_> = self
            .lost
            .extract_if(.., |lost| !busy.contains_key(&lost.about))
            .take(GROUP_SIZE)
            .collect();
        let unresolved: Vec<_> = self
            .unresolved
            .extract_if(|session, _| !busy.contains_key(session))
            .take(GROUP_SIZE)
            .map(|(_, unresolved)| unresolved)
            .collect();
        if lost.is_empty() && unresolved.is_empty() {
            return;
        }
        let of_lost = lost.iter().map(|lost| lost.about);
        let sessions: Vec<_> = of_lost
            .chain(unresolved.iter().map(Unresolved::session))
            .collect();
        let parts = self.parts.clone();
        let task = self
            .repairs
            .spawn(async move { group::repair(&parts, lost, unresolved).await });
        self.keep_busy(sessions, task.id());
    }

    fn finished(&mut self, done: Result<Vec<Done>, tokio::task::JoinError>) {
        let done = match done {
            Ok(done) => done,
            // A bug: the callers get an error, and the sessions must not stay busy for ever.
            Err(panic) => {
                error!(error = %panic, "a commit group has failed");
                self.busy.retain(|_, task| *task != panic.id());
                return;
            }
        };
        for done in done {
            self.busy.remove(&done.session);
            if let Some(unresolved) = done.unresolved {
                self.unresolved.insert(done.session, unresolved);
                self.retry_at = Some(Instant::now() + RETRY);
            }
            if let Some(lost) = done.not_marked {
                self.parts.answers.not_marked(lost);
                self.retry_at = Some(Instant::now() + RETRY);
            }
        }
    }

    /// Before the process ends, the database learns which answers were lost, or may be: the next
    /// process takes the others for delivered.
    async fn leave_nothing_unsaid(mut self) -> End {
        while let Some(done) = self.repairs.join_next().await {
            self.finished(done);
        }
        // An outcome found out now may be one more answer that was lost.
        let unresolved = self.unresolved.into_values().collect();
        let mut left = group::repair(&self.parts, Vec::new(), unresolved).await;
        let in_doubt = self.parts.answers.in_doubt().await;
        left.extend(group::repair(&self.parts, in_doubt, Vec::new()).await);
        let unsaid = left
            .iter()
            .filter(|done| done.unresolved.is_some() || done.not_marked.is_some())
            .count();
        if unsaid == 0 {
            return End::Settled;
        }
        warn!(
            sessions = unsaid,
            "the database could not be told which answers were lost"
        );
        End::InDoubt
    }
}
