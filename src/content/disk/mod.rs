//! The file operations of the journal, and nothing else touches its files.
//!
//! The journal's promise is about what is left after a power cut, so everything it asks of the
//! disk goes through [`Disk`]: a test puts a disk in its place that loses and tears whatever was
//! not synced. The operations are those of POSIX, with its guarantees and no better ones:
//! a write is durable after [`DiskFile::sync_data`], a name after [`Disk::sync_directory`].
//!
//! All of them block; callers run them on threads of their own.

mod real;

use std::{any::Any, io, path::Path, sync::Arc};

pub use real::RealDisk;

/// A file in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, without the directory.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
}

/// A lock that is released when it is dropped.
pub type Lock = Box<dyn Any + Send + Sync>;

/// Files and directories by path.
pub trait Disk: Send + Sync + 'static {
    /// Creates one directory; its parent must exist.
    fn create_directory(&self, path: &Path) -> io::Result<()>;

    /// The files of a directory, in no particular order. Names that are not UTF-8 are left out.
    fn list(&self, directory: &Path) -> io::Result<Vec<Entry>>;

    /// Creates an empty file for reading and writing; fails if the name is taken.
    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;

    /// Opens an existing file for reading.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;

    /// Opens an existing file for reading and writing.
    fn open_writable(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;

    /// Gives a file another name in the same directory; a file of that name is replaced.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file's name.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in a directory durable.
    fn sync_directory(&self, directory: &Path) -> io::Result<()>;

    /// Bytes that this process may still allocate on the directory's file system.
    fn free_space(&self, directory: &Path) -> io::Result<u64>;

    /// Takes an exclusive lock on a file, which is created if need be.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] if it is held, by this process or another.
    fn lock(&self, path: &Path) -> io::Result<Lock>;
}

/// An open file.
pub trait DiskFile: Send + Sync + 'static {
    /// Fills the buffer from `offset`.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] if the file ends before.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;

    /// Writes all bytes at `offset`; the file grows if need be. After an error any part of them
    /// may have been written.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Lets the file grow to `length` bytes, and reserves the space if the file system can. What
    /// was not written reads as zeros.
    fn allocate(&self, length: u64) -> io::Result<()>;

    /// Makes everything written so far, and the file's length, durable.
    ///
    /// After an error it is unknown what is durable, and asking again may answer success for
    /// bytes that were dropped: never retry.
    fn sync_data(&self) -> io::Result<()>;
}
