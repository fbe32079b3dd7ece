//! One data directory: the cluster and the journal, under one lock.
//!
//! ```text
//! <data directory>/            0700
//!   lock                       flock of the owner; never removed
//!   server.json                while the owner's server is up: where it answers
//!   postgres/                  the cluster
//!   postgres.log, .log.1       what the server says, bounded
//!   content/                   the journal
//! ```

use std::{
    fs::{self, File, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    net::UnixStream,
    time::{Instant, sleep},
};

use super::{Endpoint, PgError};

/// How often a waiting [`DataDir::claim`] looks again: no event tells of a released lock.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What a claim found.
#[derive(Debug)]
pub enum Claim {
    /// The directory was free and is now ours.
    Owned(DataDir),
    /// Another process owns it, and its server answers.
    Held(HeldDataDir),
}

/// A data directory this process owns. Dropping it gives the directory up.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    /// The lock lives as long as this descriptor, which no child process inherits.
    _lock: File,
}

/// A data directory another process owns.
#[derive(Debug)]
pub struct HeldDataDir {
    endpoint: Endpoint,
}

impl DataDir {
    /// Takes the directory if it is free; otherwise waits up to `wait` until either the owner's
    /// server answers or the owner has gone. The directory is created if it does not exist.
    ///
    /// # Errors
    /// [`PgError::NotReady`] after `wait`: the owner is still starting (or hangs).
    /// [`PgError::Denied`] if this user may not open the directory.
    pub async fn claim(path: &Path, wait: Duration) -> Result<Claim, PgError> {
        let path = create(path)?;
        let lock = open_lock(&path.join("lock"))?;
        let deadline = Instant::now() + wait;
        loop {
            match lock.try_lock() {
                Ok(()) => return Self::own(path, lock).map(Claim::Owned),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(PgError::io("lock", &path)(error)),
            }
            if let Some(endpoint) = answering(&path).await? {
                return Ok(Claim::Held(HeldDataDir { endpoint }));
            }
            if Instant::now() >= deadline {
                return Err(PgError::NotReady { path, waited: wait });
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    fn own(path: PathBuf, lock: File) -> Result<Self, PgError> {
        let owned = Self { path, _lock: lock };
        // Left by an owner that was killed.
        remove_if_there(&owned.state_file())?;
        Ok(owned)
    }

    /// Tells other commands where the server of this directory answers.
    pub fn publish(&self, endpoint: &Endpoint) -> Result<(), PgError> {
        let text = serde_json::to_vec(endpoint).expect("paths and names are plain text");
        let draft = self.path.join("server.json.new");
        // Renamed, so that nobody reads half of it. Not synced: after a crash it is worthless.
        fs::write(&draft, text).map_err(PgError::io("write", &draft))?;
        fs::rename(&draft, self.state_file()).map_err(PgError::io("rename", &draft))
    }

    /// The directory itself, absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the cluster lies.
    pub fn cluster(&self) -> PathBuf {
        self.path.join("postgres")
    }

    /// Where the journal lies.
    pub fn content(&self) -> PathBuf {
        self.path.join("content")
    }

    /// Where the server's log lies.
    pub fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    fn state_file(&self) -> PathBuf {
        state_file(&self.path)
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        // Before the lock goes. If it fails, the next owner removes the file.
        let _ = fs::remove_file(self.state_file());
    }
}

impl HeldDataDir {
    /// Where the owner's server answers.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The configuration of a connection to the owner's server.
    pub fn connection(&self) -> tokio_postgres::Config {
        self.endpoint.config()
    }
}

fn state_file(directory: &Path) -> PathBuf {
    directory.join("server.json")
}

fn create(path: &Path) -> Result<PathBuf, PgError> {
    let absolute = std::path::absolute(path).map_err(PgError::access("find", path))?;
    let missing: Vec<&Path> = absolute
        .ancestors()
        .take_while(|step| !step.exists())
        .collect();
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&absolute)
        .map_err(PgError::access("create", path))?;
    // A power cut must not take a new directory with everything that will be acknowledged in it.
    for parent in missing.iter().filter_map(|step| step.parent()) {
        sync_directory(parent)?;
    }
    absolute
        .canonicalize()
        .map_err(PgError::access("open", path))
}

fn open_lock(path: &Path) -> Result<File, PgError> {
    File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(PgError::access("open", path))
}

/// The endpoint of the owner's server, if the owner has published one that takes connections.
///
/// The connection is the proof: a state file alone may have been left by an owner that was killed.
async fn answering(directory: &Path) -> Result<Option<Endpoint>, PgError> {
    let file = state_file(directory);
    let text = match fs::read(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(PgError::access("read", &file)(error)),
    };
    let Ok(endpoint) = serde_json::from_slice::<Endpoint>(&text) else {
        return Ok(None);
    };
    match UnixStream::connect(endpoint.socket()).await {
        Ok(_) => Ok(Some(endpoint)),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(PgError::Denied {
            path: endpoint.socket_dir,
        }),
        Err(_) => Ok(None),
    }
}

/// Removes a file; that there is none is fine.
pub(super) fn remove_if_there(path: &Path) -> Result<(), PgError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(PgError::io("remove", path)(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Makes the entries of a directory durable.
pub(super) fn sync_directory(path: &Path) -> Result<(), PgError> {
    File::open(path)
        .and_then(|directory| directory.sync_all())
        .map_err(PgError::io("sync", path))
}
