//! Files that appear under their names only when they are whole and on disk.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use super::Failure;

/// A file beside the one to write, which takes its name when it is whole.
pub(super) struct Draft {
    file: File,
    path: PathBuf,
    target: PathBuf,
    way_out: &'static str,
}

impl Draft {
    /// Begins a file that only its owner can read. `way_out` is said when rights are missing.
    pub fn create(target: &Path, way_out: &'static str) -> Result<Self, Failure> {
        let name = target.file_name().ok_or_else(|| {
            Failure::Misused(format!("{} is no name of a file", target.display()))
        })?;
        let mut draft = OsString::from(".");
        draft.push(name);
        draft.push(format!(".{}", std::process::id()));
        let path = target.with_file_name(draft);
        let file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(cannot_write(target, way_out))?;
        Ok(Self {
            file,
            path,
            target: target.to_owned(),
            way_out,
        })
    }

    /// Adds bytes at the end.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = self.file.write_all(bytes);
        written.map_err(cannot_write(&self.target, self.way_out))
    }

    /// Makes the bytes durable, then their name.
    pub fn publish(self, replace: bool) -> Result<(), Failure> {
        let cannot_write = || cannot_write(&self.target, self.way_out);
        self.file.sync_all().map_err(cannot_write())?;
        if replace {
            fs::rename(&self.path, &self.target).map_err(cannot_write())?;
        } else {
            // Unlike a rename, a link never replaces a file that has come meanwhile.
            fs::hard_link(&self.path, &self.target).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => exists(&self.target),
                _ => cannot_write()(error),
            })?;
        }
        let directory = match self.target.parent() {
            Some(parent) if parent != Path::new("") => parent,
            Some(_) | None => Path::new("."),
        };
        File::open(directory)
            .and_then(|directory| directory.sync_all())
            .map_err(cannot_write())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After a rename there is nothing left to remove.
        let _ = fs::remove_file(&self.path);
    }
}

/// Refuses a name that something has already.
pub(super) fn refuse_existing(file: &Path) -> Result<(), Failure> {
    match file.symlink_metadata() {
        Ok(_) => Err(exists(file)),
        Err(_) => Ok(()),
    }
}

fn exists(file: &Path) -> Failure {
    Failure::Refused(format!(
        "{} exists already: choose another name, or replace it with --force",
        file.display()
    ))
}

/// Says that a file cannot be written. Root cannot see why it should be denied anything, since
/// this process is root no more: `way_out` tells what to do.
pub(super) fn cannot_write(
    file: &Path,
    way_out: &'static str,
) -> impl FnOnce(io::Error) -> Failure {
    let file = file.display().to_string();
    move |error| {
        let way_out = match error.kind() {
            io::ErrorKind::PermissionDenied => way_out,
            _ => "",
        };
        Failure::Failed(format!("cannot write {file}: {error}{way_out}"))
    }
}
