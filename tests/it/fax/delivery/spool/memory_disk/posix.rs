//! What the operations do to what is seen and to what is durable.

use std::{
    ffi::OsStr,
    io::{self, ErrorKind},
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::SystemTime,
};

use chunkgate::fax::delivery::spool::{Look, SpoolDisk, SpoolFile};

use super::{Change, MemoryDisk, Node, State, directory};

impl SpoolDisk for MemoryDisk {
    fn look(&self, path: &Path) -> io::Result<Look> {
        self.step("look", path, |state| {
            let node = state.find(path)?;
            Ok(Look {
                is_directory: matches!(state.nodes[node], Node::Directory { .. }),
                modified: SystemTime::UNIX_EPOCH,
            })
        })
    }

    fn list(&self, path: &Path, each: &mut dyn FnMut(&OsStr) -> ControlFlow<()>) -> io::Result<()> {
        let names = self.step("list", path, |state| {
            Ok(state.names(state.find(path)?)?.clone())
        })?;
        let _ = names.keys().try_for_each(|name| each(name));
        Ok(())
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
        self.step("read", path, |state| {
            let node = state.find(path)?;
            Ok(match &state.nodes[node] {
                Node::Directory { .. } => None,
                Node::File { seen, .. } => {
                    let length = seen.len().min(usize::try_from(limit).unwrap());
                    Some(seen[..length].to_vec())
                }
            })
        })
    }

    fn create_directory(&self, path: &Path, _mode: u32) -> io::Result<()> {
        self.step("create_directory", path, |state| {
            state.add(path, state.nodes.len())?;
            state.nodes.push(directory());
            Ok(())
        })
    }

    fn create(&self, path: &Path, _mode: u32) -> io::Result<Box<dyn SpoolFile>> {
        let node = self.step("create", path, |state| {
            let node = state.nodes.len();
            state.add(path, node)?;
            state.nodes.push(Node::File {
                seen: Vec::new(),
                durable: Vec::new(),
            });
            Ok(node)
        })?;
        Ok(Box::new(MemoryFile {
            disk: self.clone(),
            path: path.to_owned(),
            node,
        }))
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step("link", to, |state| {
            let node = state.find(from)?;
            state.add(to, node)
        })
    }

    fn move_directory(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step("move_directory", to, |state| {
            let node = state.find(from)?;
            let (old, old_name) = state.place(from)?;
            let (new, new_name) = state.place(to)?;
            if state.names(new)?.contains_key(new_name) {
                return Err(ErrorKind::AlreadyExists.into());
            }
            let (old, new) = ((old, old_name.to_owned()), (new, new_name.to_owned()));
            state.change(Change::Move(old, new, node));
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        // One name after another: somebody else may see what is left.
        let below = self.step("list", path, |state| {
            let node = state.find(path)?;
            Ok(state.names(node).cloned().unwrap_or_default())
        })?;
        for name in below.keys() {
            self.remove(&path.join(name))?;
        }
        self.step("remove", path, |state| {
            let node = state.find(path)?;
            if state.names(node).is_ok_and(|names| !names.is_empty()) {
                return Err(ErrorKind::DirectoryNotEmpty.into());
            }
            let (above, name) = state.place(path)?;
            state.change(Change::Remove(above, name.to_owned(), node));
            Ok(())
        })
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.step("sync_file", path, |state| sync(state, state.find(path)?))
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        self.step("sync_directory", path, |state| {
            let node = state.find(path)?;
            for change in std::mem::take(&mut state.changes) {
                if change.directory() == node {
                    state.make_durable(&change);
                    // What came before it can no longer happen after it.
                    state
                        .changes
                        .retain(|earlier| !earlier.is_undone_by(&change));
                } else {
                    state.changes.push(change);
                }
            }
            Ok(())
        })
    }
}

fn sync(state: &mut State, node: usize) -> io::Result<()> {
    match &mut state.nodes[node] {
        Node::Directory { .. } => return Err(ErrorKind::IsADirectory.into()),
        Node::File { seen, durable } => durable.clone_from(seen),
    }
    Ok(())
}

struct MemoryFile {
    disk: MemoryDisk,
    path: PathBuf,
    node: usize,
}

impl SpoolFile for MemoryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let node = self.node;
        self.disk.step("write", &self.path, |state| {
            match &mut state.nodes[node] {
                Node::Directory { .. } => return Err(ErrorKind::IsADirectory.into()),
                Node::File { seen, .. } => seen.extend_from_slice(bytes),
            }
            Ok(())
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        let node = self.node;
        self.disk
            .step("sync_file", &self.path, |state| sync(state, node))
    }
}
