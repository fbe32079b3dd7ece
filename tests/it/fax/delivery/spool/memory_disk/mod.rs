//! A disk in memory that promises no more than POSIX does.
//!
//! What a process sees and what is durable are kept apart. At a power cut a part of what was
//! written to a file since its last sync survives, and every change of a name since the last sync
//! of its directory survives or not by itself. A move happens entirely or not at all, and is
//! durable when the directory is synced to which it leads.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use crate::content::support::Random;

mod posix;

/// A call: its name, and the path it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub call: &'static str,
    pub path: PathBuf,
}

impl Step {
    /// Whether it is this call about a path that ends like this.
    pub fn is(&self, call: &str, end: &str) -> bool {
        self.call == call && self.path.to_str().unwrap().ends_with(end)
    }
}

/// Which syncs the disk only pretends to do.
pub type Lie = fn(&Step) -> bool;

type Hook = Arc<dyn Fn(&Step) -> io::Result<()> + Send + Sync>;

/// The disk. Clones are the same disk.
#[derive(Clone)]
pub struct MemoryDisk(Arc<Mutex<State>>);

#[derive(Clone, Default)]
struct State {
    nodes: Vec<Node>,
    changes: Vec<Change>,
    steps: u64,
    cut_at: Option<u64>,
    off: bool,
    lie: Option<Lie>,
    hook: Option<Hook>,
}

#[derive(Clone)]
enum Node {
    Directory { seen: Names, durable: Names },
    File { seen: Vec<u8>, durable: Vec<u8> },
}

type Names = BTreeMap<OsString, usize>;

/// A change of names that is not durable yet; directories and what has the name are nodes.
#[derive(Clone)]
enum Change {
    Add(usize, OsString, usize),
    Remove(usize, OsString, usize),
    Move((usize, OsString), (usize, OsString), usize),
}

impl Change {
    /// The directory whose sync makes it durable.
    fn directory(&self) -> usize {
        match self {
            Self::Add(directory, ..)
            | Self::Remove(directory, ..)
            | Self::Move(_, (directory, _), _) => *directory,
        }
    }

    /// Whether a later move takes away the name that this one gave.
    fn is_undone_by(&self, later: &Self) -> bool {
        let Self::Move((from, name), ..) = later else {
            return false;
        };
        match self {
            Self::Add(directory, given, _) | Self::Move(_, (directory, given), _) => {
                directory == from && given == name
            }
            Self::Remove(..) => false,
        }
    }
}

const ROOT: usize = 0;

fn directory() -> Node {
    Node::Directory {
        seen: Names::new(),
        durable: Names::new(),
    }
}

impl MemoryDisk {
    /// An empty disk.
    pub fn new() -> Self {
        let state = State {
            nodes: vec![directory()],
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

    /// The names in a directory, in order.
    pub fn names(&self, path: &str) -> Vec<String> {
        let state = self.state();
        let Ok(node) = state.find(Path::new(path)) else {
            return Vec::new();
        };
        let Node::Directory { seen, .. } = &state.nodes[node] else {
            panic!("{path} is a file");
        };
        seen.keys()
            .map(|name| name.clone().into_string().unwrap())
            .collect()
    }

    /// Whether there is, or was, a file of this name with so many bytes.
    pub fn wrote(&self, name: &str, length: usize) -> bool {
        let state = self.state();
        state.changes.iter().any(|change| match change {
            Change::Add(_, given, node) => match &state.nodes[*node] {
                Node::File { seen, .. } => given == name && seen.len() == length,
                Node::Directory { .. } => false,
            },
            Change::Remove(..) | Change::Move(..) => false,
        })
    }

    /// The disk as it may be found when power returns: a random part of what was not durable;
    /// without random numbers, no part of it.
    pub fn after_power_cut(&self, mut random: Option<&mut Random>) -> Self {
        let mut state = self.state().clone();
        for change in std::mem::take(&mut state.changes) {
            if random.as_mut().is_some_and(|random| random.coin()) {
                state.make_durable(&change);
            }
        }
        for node in &mut state.nodes {
            match node {
                Node::Directory { seen, durable } => seen.clone_from(durable),
                Node::File { seen, durable } => {
                    let unsynced = seen.len().saturating_sub(durable.len());
                    let kept = random.as_mut().map_or(0, |random| match random.below(3) {
                        0 => 0,
                        1 => unsynced,
                        _ => random.below(unsynced + 1),
                    });
                    seen.truncate(durable.len() + kept);
                    durable.clone_from(seen);
                }
            }
        }
        let after = State {
            nodes: state.nodes,
            lie: state.lie,
            ..State::default()
        };
        Self(Arc::new(Mutex::new(after)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Takes a step. If the power fails during it, its change is made, but nothing becomes
    /// durable by it and the caller hears an error.
    fn step<T>(
        &self,
        call: &'static str,
        path: &Path,
        change: impl FnOnce(&mut State) -> io::Result<T>,
    ) -> io::Result<T> {
        let step = Step {
            call,
            path: path.to_owned(),
        };
        let hook = self.state().hook.clone();
        // Outside the lock: a hook may do something else on the disk.
        if let Some(hook) = hook {
            hook(&step)?;
        }
        let mut state = self.state();
        state.check_power()?;
        let cut = state.cut_at == Some(state.steps);
        state.steps += 1;
        let syncs = call.starts_with("sync");
        let lies = syncs && state.lie.is_some_and(|lie| lie(&step));
        // What a sync does is done at its end; a lying one does nothing.
        let result = if syncs && (cut || lies) {
            state.on_a_copy(change)
        } else {
            change(&mut state)
        };
        state.off = cut;
        state.check_power()?;
        result
    }
}

impl State {
    /// Does something to a copy, which is thrown away.
    fn on_a_copy<T>(&self, change: impl FnOnce(&mut Self) -> T) -> T {
        change(&mut self.clone())
    }

    fn check_power(&self) -> io::Result<()> {
        if self.off {
            Err(io::Error::other("the power is off"))
        } else {
            Ok(())
        }
    }

    fn find(&self, path: &Path) -> io::Result<usize> {
        let mut node = ROOT;
        for name in path.iter().skip(1) {
            node = *self.names(node)?.get(name).ok_or(ErrorKind::NotFound)?;
        }
        Ok(node)
    }

    fn names(&self, node: usize) -> io::Result<&Names> {
        match &self.nodes[node] {
            Node::Directory { seen, .. } => Ok(seen),
            Node::File { .. } => Err(ErrorKind::NotADirectory.into()),
        }
    }

    /// The directory that holds a path, and the path's name in it.
    fn place<'a>(&self, path: &'a Path) -> io::Result<(usize, &'a OsStr)> {
        let above = self.find(path.parent().unwrap())?;
        self.names(above)?;
        Ok((above, path.file_name().unwrap()))
    }

    /// Gives a node a name that must be free.
    fn add(&mut self, path: &Path, node: usize) -> io::Result<()> {
        let (above, name) = self.place(path)?;
        if self.names(above)?.contains_key(name) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        self.change(Change::Add(above, name.to_owned(), node));
        Ok(())
    }

    fn change(&mut self, change: Change) {
        self.apply(&change, |node| match node {
            Node::Directory { seen, .. } => seen,
            Node::File { .. } => panic!("a name in a file"),
        });
        self.changes.push(change);
    }

    fn make_durable(&mut self, change: &Change) {
        self.apply(change, |node| match node {
            Node::Directory { durable, .. } => durable,
            Node::File { .. } => panic!("a name in a file"),
        });
    }

    fn apply(&mut self, change: &Change, names: fn(&mut Node) -> &mut Names) {
        let mut remove = |directory: usize, name: &OsStr, node| {
            let names = names(&mut self.nodes[directory]);
            if names.get(name) == Some(&node) {
                names.remove(name);
            }
        };
        match change {
            Change::Add(..) => {}
            Change::Remove(directory, name, node) | Change::Move((directory, name), _, node) => {
                remove(*directory, name, *node);
            }
        }
        match change {
            Change::Remove(..) => {}
            Change::Add(directory, name, node) | Change::Move(_, (directory, name), node) => {
                names(&mut self.nodes[*directory]).insert(name.clone(), *node);
            }
        }
    }
}
