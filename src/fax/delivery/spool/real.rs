//! The machine's own file system.

use std::{
    ffi::OsStr,
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Read, Write},
    ops::ControlFlow,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use rustix::{
    fs::{CWD, OFlags, RenameFlags, renameat_with},
    io::Errno,
};

use super::disk::{Look, SpoolDisk, SpoolFile};

/// The file system of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealSpoolDisk {
    /// Moves directories as file systems do that know no other way. This is found out by itself;
    /// tests set it.
    pub plain_rename: bool,
}

impl SpoolDisk for RealSpoolDisk {
    fn look(&self, path: &Path) -> io::Result<Look> {
        let found = fs::symlink_metadata(path)?;
        Ok(Look {
            is_directory: found.is_dir(),
            modified: found.modified()?,
        })
    }

    fn list(
        &self,
        directory: &Path,
        each: &mut dyn FnMut(&OsStr) -> ControlFlow<()>,
    ) -> io::Result<()> {
        for entry in fs::read_dir(directory)? {
            if each(&entry?.file_name()).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = open_regular(path)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn create_directory(&self, path: &Path, mode: u32) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(path)?;
        fs::set_permissions(path, Permissions::from_mode(mode))
    }

    fn create(&self, path: &Path, mode: u32) -> io::Result<Box<dyn SpoolFile>> {
        let mut options = OpenOptions::new();
        let file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.set_permissions(Permissions::from_mode(mode))?;
        Ok(Box::new(RealFile(file)))
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn move_directory(&self, from: &Path, to: &Path) -> io::Result<()> {
        let moved = if self.plain_rename {
            Err(Errno::INVAL)
        } else {
            renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)
        };
        match moved {
            // Not every file system can refuse to replace (NFS cannot); but a directory takes the
            // place of an empty directory and of nothing else, anywhere.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                fs::rename(from, to).map_err(|error| match error.kind() {
                    io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotADirectory => {
                        io::ErrorKind::AlreadyExists.into()
                    }
                    _ => error,
                })
            }
            result => Ok(result?),
        }
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        if fs::symlink_metadata(path)?.is_dir() {
            // Does not follow links, not even those that somebody puts there meanwhile.
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        }
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        match open_regular(path)? {
            Some(file) => file.sync_all(),
            None => Err(io::Error::other("it is no regular file")),
        }
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }
}

/// Opens a file for reading, unless it is a link, a pipe or whatever else somebody put there.
fn open_regular(path: &Path) -> io::Result<Option<File>> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(flags.cast_signed());
    let file = match options.open(path) {
        Ok(file) => file,
        Err(error) => {
            let special = [Errno::LOOP, Errno::NXIO].map(Errno::raw_os_error);
            return match error.raw_os_error() {
                Some(code) if special.contains(&code) => Ok(None),
                _ => Err(error),
            };
        }
    };
    let regular = file.metadata()?.is_file();
    Ok(regular.then_some(file))
}

struct RealFile(File);

impl SpoolFile for RealFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        // Not only the data: a consumer under another user needs the permissions as well.
        self.0.sync_all()
    }
}
