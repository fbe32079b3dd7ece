//! A disk in memory that promises no more than POSIX does.
//!
//! What a process sees and what is durable are kept apart. At a power cut every write since the
//! last sync of its file survives or not sector by sector, and every change of a name since the
//! last sync of its directory survives or not by itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use super::support::Random;

mod posix;

const SECTOR: usize = 512;

/// A call that changes the disk, or makes a change durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    CreateDirectory(String),
    Create(String),
    Write(String),
    SyncData(String),
    Rename(String, String),
    Remove(String),
    SyncDirectory(String),
}

/// Which syncs the disk only pretends to do.
pub type Lie = fn(&Step) -> bool;

type Hook = Arc<dyn Fn(&Step) -> io::Result<()> + Send + Sync>;

/// The disk. Clones are the same disk.
#[derive(Clone)]
pub struct TestDisk(Arc<Mutex<State>>);

#[derive(Clone, Default)]
struct State {
    seen: BTreeMap<PathBuf, Node>,
    durable: BTreeMap<PathBuf, Node>,
    changes: Vec<Change>,
    files: Vec<FileBytes>,
    locked: BTreeSet<PathBuf>,
    free: u64,
    steps: u64,
    cut_at: Option<u64>,
    off: bool,
    lie: Option<Lie>,
    hook: Option<Hook>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Directory,
    File(usize),
}

#[derive(Clone, Default)]
struct FileBytes {
    seen: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<(usize, Vec<u8>)>,
}

/// A change of names that is not durable yet.
#[derive(Clone)]
enum Change {
    Add(PathBuf, Node),
    Remove(PathBuf),
    Rename(PathBuf, PathBuf, Node),
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<PathBuf, Node>) {
        match self {
            Self::Add(path, node) => {
                names.insert(path.clone(), *node);
            }
            Self::Remove(path) => {
                names.remove(path);
            }
            Self::Rename(from, to, node) => {
                if names.get(from) == Some(node) {
                    names.remove(from);
                }
                names.insert(to.clone(), *node);
            }
        }
    }

    fn directory(&self) -> Option<&Path> {
        match self {
            Self::Add(path, _) | Self::Remove(path) | Self::Rename(path, ..) => path.parent(),
        }
    }
}

impl TestDisk {
    /// An empty disk with a durable directory `/data`.
    pub fn new() -> Self {
        let names = BTreeMap::from([(PathBuf::from("/data"), Node::Directory)]);
        let state = State {
            seen: names.clone(),
            durable: names,
            free: 1 << 40,
            ..State::default()
        };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Power fails in the middle of step `step`, counted from 0 and from now.
    pub fn cut_at(&self, step: u64) {
        let mut state = self.state();
        state.cut_at = Some(state.steps + step);
    }

    /// Whether the power has failed.
    pub fn is_off(&self) -> bool {
        self.state().off
    }

    pub fn lie(&self, lie: Lie) {
        self.state().lie = Some(lie);
    }

    /// Calls `hook` before every step; its error fails the step.
    pub fn hook(&self, hook: impl Fn(&Step) -> io::Result<()> + Send + Sync + 'static) {
        self.state().hook = Some(Arc::new(hook));
    }

    pub fn no_hook(&self) {
        self.state().hook = None;
    }

    pub fn set_free(&self, free: u64) {
        self.state().free = free;
    }

    /// The names of the files in a directory.
    pub fn names(&self, directory: &str) -> Vec<String> {
        let state = self.state();
        let paths = state
            .seen
            .keys()
            .filter(|path| path.parent() == Some(Path::new(directory)));
        paths.map(|path| name(path)).collect()
    }

    /// Inverts one byte of a file, durably and unnoticed.
    pub fn damage(&self, path: &Path, offset: u64) {
        let mut state = self.state();
        let file = state.file(path).expect("the file exists");
        let bytes = &mut state.files[file];
        let offset = usize::try_from(offset).unwrap();
        bytes.seen[offset] ^= 0xff;
        bytes.durable = bytes.seen.clone();
        bytes.unsynced.clear();
    }

    /// The disk as it may be found when power returns: a random part of what was not durable.
    pub fn after_power_cut(&self, random: &mut Random) -> Self {
        let mut state = self.state().clone();
        let mut names = state.durable.clone();
        for change in &state.changes {
            if random.coin() {
                change.apply(&mut names);
            }
        }
        let all = names.clone();
        names.retain(|path, _| {
            path.ancestors()
                .skip(1)
                .all(|above| above == Path::new("/") || all.get(above) == Some(&Node::Directory))
        });
        for file in &mut state.files {
            for (offset, bytes) in std::mem::take(&mut file.unsynced) {
                keep_some_sectors(&mut file.durable, offset, &bytes, random);
            }
            file.seen = file.durable.clone();
        }
        let after = State {
            seen: names.clone(),
            durable: names,
            files: state.files,
            free: state.free,
            lie: state.lie,
            ..State::default()
        };
        Self(Arc::new(Mutex::new(after)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Takes a step: `change` is applied even if the power fails during it, but then nothing
    /// becomes durable by it and the caller hears an error.
    fn step<T>(
        &self,
        step: impl FnOnce(&State) -> Step,
        change: impl FnOnce(&mut State) -> io::Result<T>,
        make_durable: impl FnOnce(&mut State),
    ) -> io::Result<T> {
        let (hook, step) = {
            let state = self.state();
            (state.hook.clone(), step(&state))
        };
        // Outside the lock: a hook may wait for something else to happen on the disk.
        if let Some(hook) = hook {
            hook(&step)?;
        }
        let mut state = self.state();
        state.check_power()?;
        let result = change(&mut state);
        state.off = state.cut_at == Some(state.steps);
        state.steps += 1;
        state.check_power()?;
        if result.is_ok() && !state.lie.is_some_and(|lie| lie(&step)) {
            make_durable(&mut state);
        }
        result
    }
}

impl State {
    fn check_power(&self) -> io::Result<()> {
        if self.off {
            Err(io::Error::other("the power is off"))
        } else {
            Ok(())
        }
    }

    fn file(&self, path: &Path) -> io::Result<usize> {
        match self.seen.get(path) {
            Some(Node::File(file)) => Ok(*file),
            Some(Node::Directory) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn name_of(&self, file: usize) -> String {
        let found = self
            .seen
            .iter()
            .find(|(_, node)| **node == Node::File(file));
        found.map_or_else(String::new, |(path, _)| name(path))
    }

    fn change(&mut self, change: Change) {
        change.apply(&mut self.seen);
        self.changes.push(change);
    }

    fn add(&mut self, path: &Path, node: Node) -> io::Result<()> {
        let above = path.parent().and_then(|above| self.seen.get(above));
        if above != Some(&Node::Directory) {
            return Err(io::ErrorKind::NotFound.into());
        }
        if self.seen.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.change(Change::Add(path.to_owned(), node));
        Ok(())
    }
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_str()
        .unwrap()
        .to_owned()
}

fn put(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    if file.len() < offset + bytes.len() {
        file.resize(offset + bytes.len(), 0);
    }
    file[offset..offset + bytes.len()].copy_from_slice(bytes);
}

/// Applies the sectors of a write that reached the platter.
fn keep_some_sectors(file: &mut Vec<u8>, offset: usize, bytes: &[u8], random: &mut Random) {
    // All or none happen as often as a mixture, and catch other mistakes.
    let mut fate = random.below(4);
    let mut start = 0;
    while start < bytes.len() {
        let end = (SECTOR - (offset + start) % SECTOR + start).min(bytes.len());
        if fate == 0 || (fate > 1 && random.coin()) {
            put(file, offset + start, &bytes[start..end]);
        }
        fate = if fate > 1 { 2 } else { fate };
        start = end;
    }
}
