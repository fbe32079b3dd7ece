//! A fuse: one step of a gateway is its last one.

use std::{
    ffi::OsStr,
    future::pending,
    io,
    ops::ControlFlow,
    path::Path,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use chunkgate::fax::delivery::{
    Attempt, Delivery, DeliveryError, Fax, Outcome, SharedDelivery, Withdrawal,
    spool::{Look, RealSpoolDisk, SpoolDisk, SpoolFile},
};
use tokio::sync::watch;

use super::{Moment, Steps};

/// Whether the last step still takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Before,
    After,
}

/// Counts the steps of a gateway and stops it at one of them. Whatever it tries after that never
/// comes back, or fails without effect where a thread cannot wait for ever.
pub struct Fuse {
    burns_at: usize,
    side: Side,
    // None until it is armed.
    passed: Mutex<Option<usize>>,
    burnt: watch::Sender<Option<String>>,
}

impl Fuse {
    /// Stops at step `burns_at`, from 1.
    pub fn new(burns_at: usize, side: Side) -> Arc<Self> {
        Arc::new(Self {
            burns_at,
            side,
            passed: Mutex::default(),
            burnt: watch::Sender::new(None),
        })
    }

    /// Counts from now on.
    pub fn arm(&self) {
        *self.passed.lock().expect("no panic") = Some(0);
    }

    /// At which step it has stopped, if it has.
    pub fn burnt(&self) -> Option<String> {
        self.burnt.borrow().clone()
    }

    /// Whether the gateway lives on.
    fn step(&self, name: &str, moment: Moment) -> bool {
        let mut passed = self.passed.lock().expect("no panic");
        if self.burnt().is_some() {
            return false;
        }
        let counts = match moment {
            Moment::Before => self.side == Side::Before,
            Moment::After => self.side == Side::After,
        };
        let Some(passed) = passed.as_mut().filter(|_| counts) else {
            return true;
        };
        *passed += 1;
        if *passed < self.burns_at {
            return true;
        }
        let last = format!("{moment:?} {name}, step {passed}");
        self.burnt.send_replace(Some(last));
        false
    }

    fn on_disk<T>(&self, name: &str, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let died = || io::Error::other("this process was killed");
        if !self.step(name, Moment::Before) {
            return Err(died());
        }
        let done = work();
        if self.step(name, Moment::After) {
            done
        } else {
            Err(died())
        }
    }
}

#[async_trait]
impl Steps for Fuse {
    async fn at(&self, step: &'static str, moment: Moment) {
        if !self.step(step, moment) {
            pending::<()>().await;
        }
    }

    async fn reading(&self, _what: &'static str) {
        if self.burnt().is_some() {
            pending::<()>().await;
        }
    }
}

/// A delivery of a gateway that dies; what it does by itself counts as steps, too.
pub struct Fused {
    pub inner: SharedDelivery,
    pub fuse: Arc<Fuse>,
}

impl Fused {
    async fn step<T>(&self, name: &'static str, work: impl Future<Output = T>) -> T {
        self.fuse.at(name, Moment::Before).await;
        let done = work.await;
        self.fuse.at(name, Moment::After).await;
        done
    }
}

#[async_trait]
impl Delivery for Fused {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    async fn hand_over(&self, fax: &Fax) -> Result<Option<Outcome>, DeliveryError> {
        self.step("hand_over", self.inner.hand_over(fax)).await
    }

    async fn outcomes(
        &self,
        attempts: &[Attempt],
    ) -> Result<Vec<(Attempt, Outcome)>, DeliveryError> {
        self.fuse.reading("outcomes").await;
        self.inner.outcomes(attempts).await
    }

    async fn withdraw(&self, attempt: Attempt) -> Result<Withdrawal, DeliveryError> {
        self.step("withdraw", self.inner.withdraw(attempt)).await
    }

    async fn forget(&self, attempt: Attempt) -> Result<(), DeliveryError> {
        self.step("forget", self.inner.forget(attempt)).await
    }

    async fn kept(
        &self,
        after: Option<Attempt>,
        limit: usize,
    ) -> Result<Vec<Attempt>, DeliveryError> {
        self.fuse.reading("kept").await;
        self.inner.kept(after, limit).await
    }

    async fn probe(&self) -> Result<(), DeliveryError> {
        self.inner.probe().await
    }
}

/// The disk of a gateway that dies. What is only read or made durable is no step: nobody but a
/// power cut could tell.
pub struct FusedDisk(pub Arc<Fuse>);

const DISK: RealSpoolDisk = RealSpoolDisk {
    plain_rename: false,
};

impl SpoolDisk for FusedDisk {
    fn look(&self, path: &Path) -> io::Result<Look> {
        DISK.look(path)
    }

    fn list(
        &self,
        directory: &Path,
        each: &mut dyn FnMut(&OsStr) -> ControlFlow<()>,
    ) -> io::Result<()> {
        DISK.list(directory, each)
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
        DISK.read(path, limit)
    }

    fn create_directory(&self, path: &Path, mode: u32) -> io::Result<()> {
        self.0
            .on_disk("create_directory", || DISK.create_directory(path, mode))
    }

    fn create(&self, path: &Path, mode: u32) -> io::Result<Box<dyn SpoolFile>> {
        let file = self.0.on_disk("create", || DISK.create(path, mode))?;
        Ok(Box::new(FusedFile {
            file,
            fuse: Arc::clone(&self.0),
        }))
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.on_disk("link", || DISK.link(from, to))
    }

    fn move_directory(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0
            .on_disk("move_directory", || DISK.move_directory(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.on_disk("remove", || DISK.remove(path))
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        DISK.sync_file(path)
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        DISK.sync_directory(path)
    }
}

struct FusedFile {
    file: Box<dyn SpoolFile>,
    fuse: Arc<Fuse>,
}

impl SpoolFile for FusedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.fuse.on_disk("write", || self.file.write(bytes))
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync()
    }
}
