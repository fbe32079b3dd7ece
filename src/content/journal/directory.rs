//! The journal's directory: its lock, its identity and the names of its files.
//!
//! ```text
//! lock                      flock of the gateway that writes
//! store-id                  the store's UUID
//! mark                      what the database has, too; see [`Mark`](super::Mark)
//! segment-0000000000000042  a segment, by its id in decimal
//! ready-7                   an empty file of a segment's size, waiting to become one
//! ```

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use uuid::Uuid;

use super::{
    super::{
        ContentError, SegmentId, StoreId,
        disk::{Disk, Entry, Lock},
    },
    JournalReader, MarkFile,
};

const LOCK: &str = "lock";
const STORE_ID: &str = "store-id";
const STORE_ID_DRAFT: &str = "store-id.new";

/// A journal's directory, locked for writing, with a durable store id.
///
/// It is opened before the [`Journal`](super::Journal), so that the caller can compare the id with
/// the database before a single segment is touched.
pub struct Directory {
    pub(super) files: Files,
    _lock: Lock,
}

impl Directory {
    /// Opens the directory, creating it and its store id at the first start. Blocks on the disk.
    ///
    /// # Errors
    /// [`ContentError::Io`] with the operation `lock` if another process writes to it; with
    /// `read the store id` if the id is missing beside existing segments, or malformed.
    pub fn open(disk: Arc<dyn Disk>, path: &Path) -> Result<Self, ContentError> {
        create_directories(&*disk, path)?;
        let lock_path = path.join(LOCK);
        let lock = disk
            .lock(&lock_path)
            .map_err(ContentError::io("lock", lock_path))?;
        let id = match read_store_id(&*disk, path)? {
            Some(id) => id,
            None => create_store_id(&*disk, path)?,
        };
        let files = Files {
            disk,
            path: path.to_owned(),
            id,
        };
        // Also an id found here may be one that a killed process had no time to make durable.
        files.sync()?;
        Ok(Self { files, _lock: lock })
    }

    /// The identity of the store in this directory.
    pub fn id(&self) -> StoreId {
        self.files.id
    }

    /// Reads what is in the directory.
    pub fn reader(&self) -> JournalReader {
        JournalReader::of(&self.files)
    }

    /// The mark by which its database recognises it.
    pub fn mark(&self) -> MarkFile {
        MarkFile::of(&self.files)
    }
}

/// The names of a journal's files, and the only ways to change them.
#[derive(Clone)]
pub(super) struct Files {
    pub disk: Arc<dyn Disk>,
    pub path: PathBuf,
    pub id: StoreId,
}

impl Files {
    /// Opens the directory for reading, without its lock.
    pub fn unlocked(disk: Arc<dyn Disk>, path: &Path) -> Result<Self, ContentError> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        let id = read_store_id(&*disk, path)?
            .ok_or_else(|| ContentError::io("read", path.join(STORE_ID))(missing()))?;
        Ok(Self {
            disk,
            path: path.to_owned(),
            id,
        })
    }

    pub fn segment(&self, id: SegmentId) -> PathBuf {
        self.path.join(format!("segment-{id:0>16}", id = id.0))
    }

    pub fn ready(&self, number: u64) -> PathBuf {
        self.path.join(format!("ready-{number}"))
    }

    /// All files of the directory, with what their names say.
    pub fn list(&self) -> Result<Vec<(FileName, Entry)>, ContentError> {
        let entries = self
            .disk
            .list(&self.path)
            .map_err(ContentError::io("list", &self.path))?;
        Ok(entries
            .into_iter()
            .map(|entry| (FileName::parse(&entry.name), entry))
            .collect())
    }

    /// Renames durably.
    pub fn rename(&self, from: &Path, to: &Path) -> Result<(), ContentError> {
        self.disk
            .rename(from, to)
            .map_err(ContentError::io("rename", from))?;
        self.sync()
    }

    /// Makes creations, removals and renames durable.
    pub fn sync(&self) -> Result<(), ContentError> {
        self.disk
            .sync_directory(&self.path)
            .map_err(ContentError::io("sync", &self.path))
    }
}

/// What a file in the directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileName {
    Segment(SegmentId),
    Ready(u64),
    Other,
}

impl FileName {
    fn parse(name: &str) -> Self {
        let number = |prefix| {
            name.strip_prefix(prefix)
                .and_then(|digits: &str| digits.parse().ok())
        };
        if let Some(id) = number("segment-") {
            Self::Segment(SegmentId(id))
        } else if let Some(id) = number("ready-") {
            Self::Ready(id)
        } else {
            Self::Other
        }
    }
}

/// Creates the directory and its missing ancestors.
fn create_directories(disk: &dyn Disk, path: &Path) -> Result<(), ContentError> {
    match disk.create_directory(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.parent().is_some() => {
            let parent = parent(path);
            create_directories(disk, parent)?;
            sync_parent(disk, parent)?;
            disk.create_directory(path)
                .map_err(ContentError::io("create", path))
        }
        Err(error) => Err(ContentError::io("create", path)(error)),
    }
}

fn read_store_id(disk: &dyn Disk, path: &Path) -> Result<Option<StoreId>, ContentError> {
    let path = path.join(STORE_ID);
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    let read = disk.open(&path).and_then(|file| file.read_at(&mut text, 0));
    match read {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ContentError::io("read the store id in", path)(error)),
    }
    let id = Uuid::try_parse_ascii(&text).map_err(io::Error::other);
    Ok(Some(StoreId(id.map_err(ContentError::io(
        "read the store id in",
        path,
    ))?)))
}

/// Gives the store its identity, which the caller makes durable. The parent is synced only here: the store is born once its id is
/// durable, so a directory that a crash left behind without one is made durable now.
fn create_store_id(disk: &dyn Disk, directory: &Path) -> Result<StoreId, ContentError> {
    let path = directory.join(STORE_ID);
    let entries = disk
        .list(directory)
        .map_err(ContentError::io("list", directory))?;
    if entries
        .iter()
        .any(|entry| matches!(FileName::parse(&entry.name), FileName::Segment(_)))
    {
        let why = io::Error::new(
            io::ErrorKind::NotFound,
            "it is missing, but there are segments",
        );
        return Err(ContentError::io("read the store id in", path)(why));
    }
    sync_parent(disk, directory)?;

    let draft = directory.join(STORE_ID_DRAFT);
    if entries.iter().any(|entry| entry.name == STORE_ID_DRAFT) {
        disk.remove(&draft)
            .map_err(ContentError::io("remove", &draft))?;
    }
    let id = StoreId(Uuid::new_v4());
    let file = disk
        .create(&draft)
        .map_err(ContentError::io("create", &draft))?;
    let line = format!("{id}\n");
    file.write_at(line.as_bytes(), 0)
        .map_err(ContentError::io("write", &draft))?;
    file.sync_data().map_err(ContentError::io("sync", &draft))?;
    disk.rename(&draft, &path)
        .map_err(ContentError::io("rename", draft))?;
    Ok(id)
}

fn sync_parent(disk: &dyn Disk, path: &Path) -> Result<(), ContentError> {
    let parent = parent(path);
    disk.sync_directory(parent)
        .map_err(ContentError::io("sync", parent))
}

/// The directory above; a bare relative name lies in the current one.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) => Path::new("."),
        None => path,
    }
}
