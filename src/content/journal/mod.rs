//! The journal: a [`Store`] in segment files of one directory.
//!
//! ```text
//! JournalWriter --blocks--> append thread --records--> active segment <--one fdatasync-- sync thread
//!      |                         ^                                                           ^
//!      |                         +-- next segment -- allocator thread (zeros, header, name)  |
//!      +---------------------------------------- seal ---------------------------------------+
//! ```
//!
//! What must hold: a sealed extent is durable together with its segment's name; a segment id is
//! never used twice; a segment that failed once takes no more bytes; a segment is reclaimed only
//! when it is not the newest, holds no pin, has cooled, and lies above what its database may not know.

mod allocate;
mod append;
mod directory;
mod format;
mod mark;
mod observe;
mod prepare;
mod reader;
mod reclaim;
mod recover;
mod segment;
mod settings;
mod sync;
mod table;
mod walk;
mod writer;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::sync::{Mutex, mpsc};

pub use directory::Directory;
pub use mark::{Mark, MarkFile};
pub use observe::{Observer, Unobserved};
pub use reader::JournalReader;
pub use settings::JournalSettings;
pub use walk::{Record, Walk};

use self::{
    allocate::{Allocator, Need},
    append::AppendJob,
    directory::Files,
    segment::Segment,
    sync::SyncJob,
    table::Table,
    writer::JournalWriter,
};
use super::{ContentError, Extent, SegmentId, Store, StoreId, Usage, Writer};

/// A journal that writes. At most one exists for a directory, because it owns the
/// [`Directory`]'s lock until it, its writers and its threads are gone.
pub struct Journal {
    shared: Arc<Shared>,
    appends: mpsc::Sender<AppendJob>,
    syncs: mpsc::Sender<SyncJob>,
    /// None once they were stopped.
    threads: Mutex<Option<Threads>>,
    closed: AtomicBool,
}

/// What the journal and its threads have in common.
struct Shared {
    files: Files,
    settings: JournalSettings,
    table: Arc<Table>,
    allocator: Arc<Allocator>,
    observer: Arc<dyn Observer>,
    _directory: Directory,
}

struct Threads {
    append: JoinHandle<()>,
    sync: JoinHandle<()>,
    allocator: JoinHandle<()>,
}

impl Journal {
    /// Takes stock of the directory and starts the threads. Blocks on the disk. New segments are
    /// numbered from above both the greatest id on the disk and `store_floor`, the greatest that
    /// the database knows. Nothing but ready files is allocated before the first write.
    ///
    /// # Errors
    /// [`ContentError::Io`] if the directory cannot be read or tidied;
    /// [`ContentError::Unavailable`] if a setting is out of range or a thread cannot be started.
    pub fn open(
        directory: Directory,
        settings: JournalSettings,
        store_floor: SegmentId,
        observer: Arc<dyn Observer>,
    ) -> Result<Arc<Self>, ContentError> {
        settings.validate()?;
        let files = directory.files.clone();
        let found = recover::recover(&files, &settings)?;
        let table = Arc::new(Table::new(found.segments));
        let allocator = Arc::new(Allocator::new(
            files.clone(),
            settings.clone(),
            Arc::clone(&table),
            Arc::clone(&observer),
            found.last_id.max(store_floor),
            found.ready,
            found.next_ready,
        )?);
        let (appends, append_jobs) = mpsc::channel(settings.append_queue);
        let (syncs, sync_jobs) = mpsc::channel(settings.sync_queue);
        let shared = Shared {
            files,
            settings,
            table,
            allocator,
            observer,
            _directory: directory,
        };
        let shared = Arc::new(shared);
        let threads = Threads::start(&shared, append_jobs, sync_jobs)?;
        Ok(Arc::new(Self {
            shared,
            appends,
            syncs,
            threads: Mutex::new(Some(threads)),
            closed: AtomicBool::new(false),
        }))
    }
}

impl Threads {
    /// If one cannot be started, the others end when their queues are dropped.
    fn start(
        shared: &Arc<Shared>,
        appends: mpsc::Receiver<AppendJob>,
        syncs: mpsc::Receiver<SyncJob>,
    ) -> Result<Self, ContentError> {
        let (for_appends, for_syncs) = (Arc::clone(shared), Arc::clone(shared));
        let for_allocator = Arc::clone(&shared.allocator);
        let append = spawn("content-append", move || append::run(&for_appends, appends))?;
        let sync = spawn("content-sync", move || sync::run(&for_syncs, syncs))?;
        let allocator = spawn("content-alloc", move || for_allocator.run())?;
        Ok(Self {
            append,
            sync,
            allocator,
        })
    }
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, ContentError> {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(body);
    thread.map_err(|error| ContentError::Unavailable(format!("no thread {name}: {error}")))
}

/// Waits for a thread without blocking a worker.
async fn join(thread: JoinHandle<()>) {
    // A thread that panicked has closed its queue: whoever waited has heard of it.
    let _ = tokio::task::spawn_blocking(|| thread.join()).await;
}

/// What a probe stores.
const PROBE: &[u8] = b"probe";

/// The error of a closed journal.
fn closed() -> ContentError {
    ContentError::Unavailable("it is closed".to_owned())
}

impl Shared {
    /// Marks a segment as failed and asks for another in its place.
    fn poison(&self, segment: &Segment, cause: &ContentError) {
        if segment.poison() {
            self.observer.poisoned(segment.id, cause);
            self.allocator.need(Need::Now);
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.shared.allocator.stop();
    }
}

#[async_trait]
impl Store for Journal {
    fn id(&self) -> StoreId {
        self.shared.files.id
    }

    fn admit(&self) -> Result<(), ContentError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(closed());
        }
        self.shared.allocator.admit()
    }

    fn writer(&self, session: Option<i64>) -> Box<dyn Writer> {
        Box::new(JournalWriter::new(
            self.appends.clone(),
            self.syncs.clone(),
            session,
        ))
    }

    fn read(&self, extents: Vec<Extent>) -> BoxStream<'static, Result<Bytes, ContentError>> {
        if self.closed.load(Ordering::Acquire) {
            return stream::iter([Err(closed())]).boxed();
        }
        let mut segments: Vec<_> = extents.iter().map(|extent| extent.segment).collect();
        segments.dedup();
        let pins: Vec<_> = segments
            .into_iter()
            .filter_map(|segment| self.shared.table.pin(segment))
            .collect();
        reader::read(self.shared.files.clone(), extents, pins)
    }

    fn reclaimable(&self, limit: usize) -> Vec<SegmentId> {
        self.shared.table.idle(&self.shared.settings, limit)
    }

    async fn reclaim(&self, segments: Vec<SegmentId>) -> Result<u64, ContentError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(closed());
        }
        let shared = Arc::clone(&self.shared);
        let task = tokio::task::spawn_blocking(move || reclaim::reclaim(&shared, &segments));
        task.await
            .unwrap_or_else(|error| Err(ContentError::Unavailable(error.to_string())))
    }

    async fn probe(&self) -> Result<(), ContentError> {
        self.admit()?;
        let mut writer = self.writer(None);
        writer.write(Bytes::from_static(PROBE)).await?;
        writer.seal().await.map(|_| ())
    }

    fn usage(&self) -> Usage {
        let (segments, segment_bytes) = self.shared.table.totals();
        let (ready_segments, free_bytes) = self.shared.allocator.totals();
        let ready_bytes = ready_segments * self.shared.settings.segment_size;
        let allocated_bytes = segment_bytes + ready_bytes;
        Usage {
            segments,
            ready_segments,
            allocated_bytes,
            free_bytes,
        }
    }

    async fn close(&self) {
        self.closed.store(true, Ordering::Release);
        // Held to the end: whoever closes a second time also waits until it is done.
        let mut threads = self.threads.lock().await;
        let Some(Threads {
            append,
            sync,
            allocator,
        }) = threads.take()
        else {
            return;
        };
        // Each stops before those it depends on. A failed send means it is gone already.
        let _ = self.appends.send(AppendJob::Stop).await;
        join(append).await;
        let _ = self.syncs.send(SyncJob::Stop).await;
        join(sync).await;
        self.shared.allocator.stop();
        join(allocator).await;
    }
}
