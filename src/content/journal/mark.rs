//! The mark in the journal's directory, by which its database recognises it.

use std::{io, path::PathBuf};

use uuid::Uuid;

use super::{super::ContentError, directory::Files};

const FILE: &str = "mark";
const DRAFT: &str = "mark.new";
/// Twenty digits, a blank, an id, a line's end: one length, so that a part of it is never taken for the whole.
const LENGTH: usize = 20 + 1 + uuid::fmt::Hyphenated::LENGTH + 1;

/// What a store and its database have in common since appends were last confirmed to both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// How many marks there were before, and this one; 0: none yet.
    pub generation: u64,
    /// Random, since two copies of a store may both reach the same generation.
    pub id: Uuid,
}

impl Mark {
    /// A mark to follow this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self {
            generation: self.generation + 1,
            id: Uuid::new_v4(),
        }
    }
}

/// The file with the mark. Whoever writes it holds the directory's lock.
#[derive(Clone)]
pub struct MarkFile {
    files: Files,
}

impl MarkFile {
    pub(super) fn of(files: &Files) -> Self {
        Self {
            files: files.clone(),
        }
    }

    fn path(&self) -> PathBuf {
        self.files.path.join(FILE)
    }

    /// Reads the mark; the first one if there is no file. Blocks on the disk.
    ///
    /// # Errors
    /// [`ContentError::Io`] if it cannot be read, or is none.
    pub fn read(&self) -> Result<Mark, ContentError> {
        let path = self.path();
        let mut text = [0; LENGTH];
        let read = self.files.disk.open(&path);
        match read.and_then(|file| file.read_at(&mut text, 0)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Mark::default()),
            Err(error) => return Err(ContentError::io("read", path)(error)),
        }
        parse(&text).ok_or_else(|| {
            let why = io::Error::new(io::ErrorKind::InvalidData, "it holds no mark");
            ContentError::io("read", path)(why)
        })
    }

    /// Replaces the mark durably. Blocks on the disk.
    ///
    /// # Errors
    /// [`ContentError::Io`]; the file has the mark before, or this one.
    pub fn write(&self, mark: Mark) -> Result<(), ContentError> {
        let disk = &self.files.disk;
        let draft = self.files.path.join(DRAFT);
        match disk.remove(&draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(ContentError::io("remove", draft)(error));
            }
            Ok(()) | Err(_) => {}
        }
        let file = disk
            .create(&draft)
            .map_err(ContentError::io("create", &draft))?;
        let text = format!("{:0>20} {}\n", mark.generation, mark.id);
        file.write_at(text.as_bytes(), 0)
            .map_err(ContentError::io("write", &draft))?;
        file.sync_data().map_err(ContentError::io("sync", &draft))?;
        self.files.rename(&draft, &self.path())
    }
}

fn parse(text: &[u8]) -> Option<Mark> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('\n')?;
    let (generation, id) = text.split_once(' ')?;
    Some(Mark {
        generation: generation.parse().ok()?,
        id: id.parse().ok()?,
    })
}
