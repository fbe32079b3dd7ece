//! The directories of a spool, and what is done in them in one go.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
};

use uuid::Uuid;

use super::{
    disk::SpoolDisk,
    names::{self, DESCRIPTION, TAKEN},
    problem::{Problem, problem},
};
use crate::fax::delivery::{Attempt, DeliveryError};

/// A spool's directories and how to reach them.
pub(super) struct Place {
    pub disk: Arc<dyn SpoolDisk>,
    /// What is being written, and what is being removed.
    pub tmp: PathBuf,
    /// A directory for each attempt.
    pub new: PathBuf,
    pub group_access: bool,
}

/// What a directory is for, which says who may do what with it.
#[derive(Clone, Copy)]
pub(super) enum Use {
    /// The consumer looks for attempts in it.
    Attempts,
    /// The consumer writes into it.
    Attempt,
    /// Nobody but the gateway has anything to do in it.
    Gateway,
}

impl Place {
    /// The directory of an attempt, whether or not it is there.
    pub fn directory(&self, attempt: Attempt) -> Result<PathBuf, DeliveryError> {
        Ok(self.new.join(names::of(attempt)?))
    }

    /// The permissions of a directory. The group is handed down to what is made in it.
    pub fn directory_mode(&self, purpose: Use) -> u32 {
        match (purpose, self.group_access) {
            (Use::Attempts, true) => 0o2750,
            (Use::Attempt, true) => 0o2770,
            (Use::Gateway, true) => 0o2700,
            (Use::Attempts | Use::Attempt | Use::Gateway, false) => 0o700,
        }
    }

    /// The permissions of a file.
    pub fn file_mode(&self) -> u32 {
        if self.group_access { 0o640 } else { 0o600 }
    }

    /// Makes a directory of a random name beside the attempts.
    pub fn scratch(&self) -> Result<Scratch<'_>, DeliveryError> {
        let path = self.tmp.join(Uuid::new_v4().simple().to_string());
        // The guard first: the directory may be there although making it failed half-way.
        let scratch = Scratch { place: self, path };
        let permissions = self.directory_mode(Use::Attempt);
        let made = self.disk.create_directory(&scratch.path, permissions);
        made.map_err(problem("make", &scratch.path))?;
        Ok(scratch)
    }

    /// Writes a small file and makes its bytes durable.
    pub fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), DeliveryError> {
        let file = self.disk.create(path, self.file_mode());
        let mut file = file.map_err(problem("make", path))?;
        file.write(bytes).map_err(problem("write", path))?;
        file.sync().map_err(problem("sync", path))
    }

    /// Makes the names in a directory durable.
    pub fn sync(&self, directory: &Path) -> Result<(), DeliveryError> {
        let synced = self.disk.sync_directory(directory);
        synced.map_err(problem("sync", directory))
    }

    /// Whether something is at a path.
    pub fn exists(&self, path: &Path) -> Result<bool, DeliveryError> {
        match self.disk.look(path) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(problem("look at", path)(error)),
        }
    }

    /// Whether an attempt's directory is there, with a fax or withdrawn.
    pub fn knows(&self, attempt: Attempt) -> Result<bool, DeliveryError> {
        let directory = self.directory(attempt)?;
        if !self.exists(&directory)? {
            return Ok(false);
        }
        for name in [DESCRIPTION, TAKEN] {
            let path = directory.join(name);
            match self.disk.look(&path) {
                Ok(_) => return Ok(true),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) if error.kind() == ErrorKind::NotADirectory => {}
                Err(error) => return Err(problem("look at", &path)(error)),
            }
        }
        // Neither taken over nor replaced: somebody has put it there and may know why.
        Err(Problem::Foreign.at(&directory))
    }

    /// Gives a directory, which is durable, an attempt's name, unless the attempt is known already.
    /// Says whether it was new; the name is durable in any case.
    pub fn publish(&self, scratch: &Scratch<'_>, attempt: Attempt) -> Result<bool, DeliveryError> {
        let directory = self.directory(attempt)?;
        let new = match self.disk.move_directory(&scratch.path, &directory) {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
            Err(error) => return Err(problem("move a fax to", &directory)(error)),
        };
        if !new && !self.knows(attempt)? {
            return Err(Problem::Vanished.at(&directory));
        }
        // Also if it was there: whoever put it there may not have come to this.
        self.sync(&self.new)?;
        Ok(new)
    }
}

/// Something beside the attempts that goes away with this, unless it was moved.
pub(super) struct Scratch<'a> {
    place: &'a Place,
    pub path: PathBuf,
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        // If it cannot be removed now, it will be swept later.
        let _ = self.place.disk.remove(&self.path);
    }
}
