//! What the operations do to what is seen and to what is durable.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use chunkgate::content::disk::{Disk, DiskFile, Entry, Lock};

use super::{Change, FileBytes, Node, State, Step, TestDisk, name, put};

impl Disk for TestDisk {
    fn create_directory(&self, path: &Path) -> io::Result<()> {
        let add = |state: &mut State| state.add(path, Node::Directory);
        self.step(|_| Step::CreateDirectory(name(path)), add, |_| {})
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<Entry>> {
        let state = self.state();
        state.check_power()?;
        let names = state
            .seen
            .iter()
            .filter(|(path, _)| path.parent() == Some(directory));
        let entries = names.filter_map(|(path, node)| match node {
            Node::Directory => None,
            Node::File(file) => {
                let length = state.files[*file].seen.len() as u64;
                Some(Entry {
                    name: name(path),
                    length,
                })
            }
        });
        Ok(entries.collect())
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let create = |state: &mut State| {
            let file = state.files.len();
            state.add(path, Node::File(file))?;
            state.files.push(FileBytes::default());
            Ok(file)
        };
        let file = self.step(|_| Step::Create(name(path)), create, |_| {})?;
        Ok(Arc::new(TestFile {
            disk: self.clone(),
            file,
        }))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let state = self.state();
        state.check_power()?;
        Ok(Arc::new(TestFile {
            disk: self.clone(),
            file: state.file(path)?,
        }))
    }

    fn open_writable(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        self.open(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let rename = |state: &mut State| {
            let node = Node::File(state.file(from)?);
            state.change(Change::Rename(from.to_owned(), to.to_owned(), node));
            Ok(())
        };
        self.step(|_| Step::Rename(name(from), name(to)), rename, |_| {})
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let remove = |state: &mut State| {
            state.file(path)?;
            state.change(Change::Remove(path.to_owned()));
            Ok(())
        };
        self.step(|_| Step::Remove(name(path)), remove, |_| {})
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        let sync = |state: &mut State| {
            let changes = std::mem::take(&mut state.changes);
            let (synced, rest): (Vec<_>, _) = changes
                .into_iter()
                .partition(|change| change.directory() == Some(directory));
            for change in synced {
                change.apply(&mut state.durable);
            }
            state.changes = rest;
        };
        self.step(|_| Step::SyncDirectory(name(directory)), |_| Ok(()), sync)
    }

    fn free_space(&self, _directory: &Path) -> io::Result<u64> {
        let state = self.state();
        state.check_power()?;
        Ok(state.free)
    }

    fn lock(&self, path: &Path) -> io::Result<Lock> {
        let mut state = self.state();
        state.check_power()?;
        if !state.locked.insert(path.to_owned()) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(Locked {
            disk: self.clone(),
            path: path.to_owned(),
        }))
    }
}

struct Locked {
    disk: TestDisk,
    path: PathBuf,
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.disk.state().locked.remove(&self.path);
    }
}

struct TestFile {
    disk: TestDisk,
    file: usize,
}

impl DiskFile for TestFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let state = self.disk.state();
        state.check_power()?;
        let offset = usize::try_from(offset).unwrap();
        let bytes = state.files[self.file]
            .seen
            .get(offset..offset + buffer.len());
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        let write = |state: &mut State| {
            let file = &mut state.files[self.file];
            put(&mut file.seen, offset, bytes);
            file.unsynced.push((offset, bytes.to_vec()));
            Ok(())
        };
        self.disk
            .step(|state| Step::Write(state.name_of(self.file)), write, |_| {})
    }

    fn allocate(&self, length: u64) -> io::Result<()> {
        let length = usize::try_from(length).unwrap();
        let allocate = |state: &mut State| {
            let file = &mut state.files[self.file];
            if file.seen.len() < length {
                file.seen.resize(length, 0);
                file.unsynced.push((length - 1, vec![0]));
            }
            Ok(())
        };
        self.disk.step(
            |state| Step::Write(state.name_of(self.file)),
            allocate,
            |_| {},
        )
    }

    fn sync_data(&self) -> io::Result<()> {
        let sync = |state: &mut State| {
            let file = &mut state.files[self.file];
            for (offset, bytes) in std::mem::take(&mut file.unsynced) {
                put(&mut file.durable, offset, &bytes);
            }
        };
        self.disk.step(
            |state| Step::SyncData(state.name_of(self.file)),
            |_| Ok(()),
            sync,
        )
    }
}
