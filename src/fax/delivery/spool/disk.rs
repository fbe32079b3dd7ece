//! The file operations of the spool, and nothing else touches its files.
//!
//! They are those of POSIX, with its guarantees and no better ones: bytes are durable after
//! [`SpoolFile::sync`], names after [`SpoolDisk::sync_directory`]. A test puts a disk in its
//! place that fails at will and loses what was not synced. All of them block.

use std::{ffi::OsStr, io, ops::ControlFlow, path::Path, time::SystemTime};

/// Files and directories by path. Symbolic links are never followed at a path's end.
pub trait SpoolDisk: Send + Sync + 'static {
    /// What a path leads to.
    fn look(&self, path: &Path) -> io::Result<Look>;

    /// Shows the names in a directory, in no particular order, until told to stop.
    fn list(
        &self,
        directory: &Path,
        each: &mut dyn FnMut(&OsStr) -> ControlFlow<()>,
    ) -> io::Result<()>;

    /// The first bytes of a regular file, at most `limit`; none if it is something else. Never
    /// waits for anybody.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>>;

    /// Makes a directory with these permissions, whatever the umask; its parent must exist.
    fn create_directory(&self, path: &Path, mode: u32) -> io::Result<()>;

    /// Makes an empty file with these permissions, whatever the umask; fails if the name is taken.
    fn create(&self, path: &Path, mode: u32) -> io::Result<Box<dyn SpoolFile>>;

    /// Gives a file a second name.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] if anything has that name.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Moves a directory that is not empty.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] if anything that is not an empty directory has that name;
    /// nothing is ever replaced.
    fn move_directory(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file, or a directory with all that is in it.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes the bytes of a regular file durable.
    fn sync_file(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in a directory durable.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;
}

/// A file that is being written, from its beginning.
pub trait SpoolFile: Send {
    /// Adds bytes at the end.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes everything written, and the file's permissions, durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// What is known of a path without opening it.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Whether it is a directory.
    pub is_directory: bool,
    /// When its bytes, or the names in it, changed last.
    pub modified: SystemTime,
}
