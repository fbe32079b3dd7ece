//! The thread that prepares segments ahead of use, so that a writer rarely waits for one.
//!
//! First come *ready* files: written with zeros, because already-written blocks sync twice as
//! fast as merely allocated ones. A writer who waits gets a file with as many zeros as there was
//! time for: slower syncs are better than none. When a segment is needed, a ready file gets a header with a new
//! id and then its name, both durable before a record is written. A failure is kept for
//! [`admit`](super::super::Store::admit) and tried again with bounded back-off until it passes.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{
    super::{ContentError, SegmentId},
    JournalSettings,
    directory::Files,
    observe::Observer,
    prepare,
    segment::{OpenSegment, Segment, lock},
    table::Table,
};

/// How old the known free space may be.
const MEASURE_EVERY: Duration = Duration::from_millis(100);
const FIRST_BACK_OFF: Duration = Duration::from_millis(50);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(1);

/// Prepares segments; see the module's page.
pub(super) struct Allocator {
    files: Files,
    settings: JournalSettings,
    table: Arc<Table>,
    observer: Arc<dyn Observer>,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    ready: VecDeque<PathBuf>,
    /// The number in the name of the next ready file.
    next_ready: u64,
    /// The greatest segment id that was ever tried.
    last_id: SegmentId,
    need: Need,
    next: Option<Arc<OpenSegment>>,
    /// Why the last attempt failed.
    failure: Option<ContentError>,
    back_off: Duration,
    retry_at: Option<Instant>,
    free: u64,
    measured_at: Instant,
    stopping: bool,
}

/// How much a new segment is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// The active segment has room.
    None,
    /// The active segment fills up.
    Soon,
    /// There is no segment to write to.
    Now,
}

/// What the thread does next.
enum Task {
    Open(PathBuf, SegmentId),
    Prepare(PathBuf),
    Measure,
    Stop,
}

impl Allocator {
    /// An allocator that numbers new segments from `last_id + 1` and new ready files from
    /// `next_ready`.
    pub fn new(
        files: Files,
        settings: JournalSettings,
        table: Arc<Table>,
        observer: Arc<dyn Observer>,
        last_id: SegmentId,
        ready: VecDeque<PathBuf>,
        next_ready: u64,
    ) -> Result<Self, ContentError> {
        let state = State {
            ready,
            next_ready,
            last_id,
            need: Need::None,
            next: None,
            failure: None,
            back_off: FIRST_BACK_OFF,
            retry_at: None,
            free: free_space(&files)?,
            measured_at: Instant::now(),
            stopping: false,
        };
        let state = Mutex::new(state);
        Ok(Self {
            files,
            settings,
            table,
            observer,
            state,
            changed: Condvar::new(),
        })
    }

    /// Whether new bytes would find room.
    pub fn admit(&self) -> Result<(), ContentError> {
        let state = lock(&self.state);
        self.require(state.free, 0)?;
        match &state.failure {
            Some(failure) if state.need == Need::Now => Err(failure.clone()),
            _ => Ok(()),
        }
    }

    /// Says how soon a new segment is needed.
    pub fn need(&self, need: Need) {
        let mut state = lock(&self.state);
        if state.next.is_none() && need > state.need {
            state.need = need;
            if need == Need::Now {
                // An attempt made ahead of time may have failed for a reason that has passed.
                state.failure = None;
                state.retry_at = None;
            }
            self.changed.notify_all();
        }
    }

    /// Takes the next segment, waiting for the attempt to open it.
    pub fn take(&self) -> Result<Arc<OpenSegment>, ContentError> {
        self.need(Need::Now);
        let mut state = lock(&self.state);
        loop {
            if let Some(next) = state.next.take() {
                return Ok(next);
            }
            if let Some(failure) = &state.failure {
                return Err(failure.clone());
            }
            if state.stopping {
                return Err(ContentError::Unavailable("it is closed".to_owned()));
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether a reclaimed file would be kept as a ready one.
    pub fn keeps_another(&self) -> bool {
        lock(&self.state).ready.len() < self.settings.ready_limit()
    }

    /// A name for a file that is to become ready.
    pub fn name_ready(&self) -> PathBuf {
        self.files.ready(lock(&self.state).take_ready_number())
    }

    /// Takes a file that was durably named by [`name_ready`](Self::name_ready).
    pub fn add_ready(&self, path: PathBuf) {
        let mut state = lock(&self.state);
        state.ready.push_back(path);
        state.retry_at = None;
        self.changed.notify_all();
    }

    /// How many ready files wait, and the bytes free beyond the minimum.
    pub fn totals(&self) -> (u64, u64) {
        let state = lock(&self.state);
        (
            state.ready.len() as u64,
            state.free.saturating_sub(self.settings.min_free),
        )
    }

    /// Ends [`run`](Self::run).
    pub fn stop(&self) {
        lock(&self.state).stopping = true;
        self.changed.notify_all();
    }

    /// The thread's body.
    pub fn run(&self) {
        loop {
            let result = match self.wait_for_task() {
                Task::Open(ready, id) => self.open(&ready, id),
                Task::Prepare(path) => self.prepare(&path),
                Task::Measure => self.measure().map(|_| ()),
                Task::Stop => return,
            };
            if let Err(error) = result {
                self.failed(error);
            }
        }
    }

    fn wait_for_task(&self) -> Task {
        let mut state = lock(&self.state);
        loop {
            if state.stopping {
                return Task::Stop;
            }
            if state.retry_at.is_none_or(|at| at <= Instant::now()) {
                if state.need > Need::None
                    && let Some(ready) = state.ready.pop_front()
                {
                    state.last_id.0 += 1;
                    return Task::Open(ready, state.last_id);
                }
                if state.need > Need::None || state.ready.len() < self.settings.ready_segments {
                    let number = state.take_ready_number();
                    return Task::Prepare(self.files.ready(number));
                }
            }
            if state.measured_at.elapsed() >= MEASURE_EVERY {
                return Task::Measure;
            }
            let waited = self.changed.wait_timeout(state, MEASURE_EVERY);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Makes the next segment of a ready file.
    fn open(&self, ready: &Path, id: SegmentId) -> Result<(), ContentError> {
        let path = self.files.segment(id);
        let file = prepare::open(&self.files, ready, id).inspect_err(|_| {
            // Whichever name it has now, nothing in it is live. If it cannot be removed, the
            // next start finds it and reclaims it.
            let _ = self
                .files
                .disk
                .remove(ready)
                .or_else(|_| self.files.disk.remove(&path));
        })?;
        let segment = Segment::writable(id, self.settings.segment_size);
        self.table.insert(Arc::clone(&segment));
        self.observer.opened(id);

        let mut state = lock(&self.state);
        state.next = Some(Arc::new(OpenSegment { segment, file }));
        state.need = Need::None;
        state.succeeded();
        self.changed.notify_all();
        Ok(())
    }

    /// Writes a new ready file.
    fn prepare(&self, path: &Path) -> Result<(), ContentError> {
        let size = self.settings.segment_size;
        self.require(self.measure()?, size)?;
        prepare::zeros(&self.files, path, size, || self.is_hurried()).inspect_err(|_| {
            // Gives the space back at once; otherwise the next start does.
            let _ = self.files.disk.remove(path);
        })?;
        let mut state = lock(&self.state);
        state.ready.push_back(path.to_owned());
        if state.need == Need::None {
            state.succeeded();
        } else {
            // Only an open segment proves that what failed before has passed.
            state.retry_at = None;
        }
        Ok(())
    }

    /// Whether a writer waits, or the end does, so that there is no time for zeros.
    fn is_hurried(&self) -> bool {
        let state = lock(&self.state);
        state.stopping || state.need == Need::Now
    }

    fn measure(&self) -> Result<u64, ContentError> {
        let free = free_space(&self.files);
        let mut state = lock(&self.state);
        state.measured_at = Instant::now();
        state.free = free?;
        Ok(state.free)
    }

    /// Refuses to go below the minimum of free space by allocating `more` bytes.
    fn require(&self, free: u64, more: u64) -> Result<(), ContentError> {
        if free < self.settings.min_free.saturating_add(more) {
            let path = self.files.path.clone();
            return Err(ContentError::NoSpace {
                path,
                free,
                minimum: self.settings.min_free,
            });
        }
        Ok(())
    }

    fn failed(&self, error: ContentError) {
        self.observer.unavailable(&error);
        let mut state = lock(&self.state);
        state.failure = Some(as_answer(error));
        state.retry_at = Some(Instant::now() + state.back_off);
        state.back_off = (state.back_off * 2).min(LONGEST_BACK_OFF);
        self.changed.notify_all();
    }
}

impl State {
    fn succeeded(&mut self) {
        self.failure = None;
        self.retry_at = None;
        self.back_off = FIRST_BACK_OFF;
    }

    fn take_ready_number(&mut self) -> u64 {
        self.next_ready += 1;
        self.next_ready - 1
    }
}

/// What a writer hears: a full disk, or that nothing can be written.
fn as_answer(error: ContentError) -> ContentError {
    match error {
        ContentError::NoSpace { .. } | ContentError::Unavailable(_) => error,
        ContentError::Io { .. }
        | ContentError::Poisoned(_)
        | ContentError::Missing(_)
        | ContentError::Corrupt(_)
        | ContentError::OtherStore { .. } => ContentError::Unavailable(error.to_string()),
    }
}

fn free_space(files: &Files) -> Result<u64, ContentError> {
    files
        .disk
        .free_space(&files.path)
        .map_err(ContentError::io("measure", &files.path))
}
