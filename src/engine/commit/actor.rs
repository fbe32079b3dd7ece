//! The committer's loop: who goes into which group, and when.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::Duration,
};

use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep_until},
};
use tracing::{error, warn};

use crate::engine::{answers::LostAnswer, session::SessionId};

use super::{
    CommitterParts, Waiting,
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
    // Sessions in a group under way.
    busy: HashSet<SessionId>,
    // Appends whose outcome could not be found out yet. The next append of such a session has to
    // wait for that, since it may be the same one again.
    unresolved: HashMap<SessionId, Unresolved>,
    under_way: JoinSet<Vec<Done>>,
    lost: Vec<LostAnswer>,
    retry_at: Option<Instant>,
}

impl Actor {
    pub fn new(parts: CommitterParts, queue: mpsc::Receiver<Waiting>) -> Self {
        Self {
            parts,
            queue,
            waiting: VecDeque::new(),
            busy: HashSet::new(),
            unresolved: HashMap::new(),
            under_way: JoinSet::new(),
            lost: Vec::new(),
            retry_at: None,
        }
    }

    /// Runs until nobody can hand it anything any more. Whether the database knows of every lost
    /// answer.
    pub async fn run(mut self) -> bool {
        let mut open = true;
        while open || !self.waiting.is_empty() || !self.under_way.is_empty() {
            self.start_groups();
            let retry_at = self.retry_at;
            let answers = self.parts.answers.clone();
            tokio::select! {
                next = self.queue.recv(), if open && self.waiting.len() < WAITING => match next {
                    Some(waiting) => self.take(waiting),
                    None => open = false,
                },
                Some(done) = self.under_way.join_next() => self.finished(done),
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
        while self.under_way.len() < GROUPS {
            let group = self.next_group();
            if group.is_empty() {
                break;
            }
            let parts = self.parts.clone();
            self.under_way
                .spawn(async move { group::run(&parts, group).await });
        }
        if self.retry_at.is_none() {
            self.start_repairs();
        }
    }

    /// The longest-waiting appends of distinct sessions that are not under way.
    fn next_group(&mut self) -> Vec<group::Member> {
        let mut group = Vec::new();
        let mut passed_over = HashSet::new();
        let mut index = 0;
        while group.len() < GROUP_SIZE && index < self.waiting.len() {
            let session = self.waiting[index].append.session;
            // Appends of one session stay in order.
            if self.busy.contains(&session) || !passed_over.insert(session) {
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
        self.busy.extend(group.iter().map(group::Member::session));
        group
    }

    /// Tells the database of lost answers and asks it for open outcomes, beside the groups, for
    /// sessions that are not under way.
    fn start_repairs(&mut self) {
        let busy = &self.busy;
        let lost: Vec<_> = self
            .lost
            .extract_if(.., |lost| !busy.contains(&lost.session))
            .take(GROUP_SIZE)
            .collect();
        let unresolved: Vec<_> = self
            .unresolved
            .extract_if(|session, _| !busy.contains(session))
            .take(GROUP_SIZE)
            .map(|(_, unresolved)| unresolved)
            .collect();
        if lost.is_empty() && unresolved.is_empty() {
            return;
        }
        self.busy.extend(lost.iter().map(|lost| lost.session));
        self.busy.extend(unresolved.iter().map(Unresolved::session));
        let parts = self.parts.clone();
        self.under_way
            .spawn(async move { group::repair(&parts, lost, unresolved).await });
    }

    fn finished(&mut self, done: Result<Vec<Done>, tokio::task::JoinError>) {
        let done = match done {
            Ok(done) => done,
            // A bug: the callers get an error, and the sessions must not stay busy for ever.
            Err(panic) => {
                error!(error = %panic, "a commit group has failed");
                if self.under_way.is_empty() {
                    self.busy.clear();
                }
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

    /// Before the process ends, the database learns which answers were lost: the next process
    /// takes the others for delivered.
    async fn leave_nothing_unsaid(mut self) -> bool {
        self.lost.extend(self.parts.answers.take_lost());
        let unresolved = self
            .unresolved
            .drain()
            .map(|(_, unresolved)| unresolved)
            .collect();
        let left = group::repair(&self.parts, self.lost, unresolved).await;
        let unsaid = left
            .iter()
            .filter(|done| done.unresolved.is_some() || done.not_marked.is_some())
            .count();
        if unsaid > 0 {
            warn!(
                sessions = unsaid,
                "the database could not be told which answers were lost"
            );
        }
        unsaid == 0
    }
}
