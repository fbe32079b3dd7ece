//! A spool that takes nothing, or nobody knows what: faxes wait and say why, leave when they can,
//! and are given up only when it is certain that nobody sends them.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chunkgate::fax::{
    OutboxSettings,
    delivery::{
        Attempt, Delivery, DeliveryError, Fax, Outcome, Withdrawal,
        spool::{Look, RealSpoolDisk, Spool, SpoolDisk, SpoolFile, SpoolSettings},
    },
    item::{FaxItem, TransactionId, TransactionState},
    outcome::GIVEN_UP,
};
use tempfile::TempDir;

use super::support::{Consumer, Desk, SETTINGS, SPOOL, Working};
use crate::{
    fax::support::{send, status, submit, upload},
    support::{
        eventually::{eventually, until},
        process::{DataDirectory, Process},
        soap::Client,
    },
};

/// A disk that refuses what would change it, for a reason, as long as there is one.
#[derive(Clone, Default)]
struct Moody(Arc<Mutex<Option<io::ErrorKind>>>);

const DISK: RealSpoolDisk = RealSpoolDisk {
    plain_rename: false,
};

impl Moody {
    fn is(&self, mood: Option<io::ErrorKind>) {
        *self.0.lock().expect("no panic") = mood;
    }

    fn may(&self) -> io::Result<()> {
        let mood = *self.0.lock().expect("no panic");
        mood.map_or(Ok(()), |kind| Err(kind.into()))
    }
}

impl SpoolDisk for Moody {
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
        self.may()?;
        DISK.create_directory(path, mode)
    }

    fn create(&self, path: &Path, mode: u32) -> io::Result<Box<dyn SpoolFile>> {
        self.may()?;
        DISK.create(path, mode)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.may()?;
        DISK.link(from, to)
    }

    fn move_directory(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.may()?;
        DISK.move_directory(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.may()?;
        DISK.remove(path)
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        DISK.sync_file(path)
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        DISK.sync_directory(path)
    }
}

fn moody_spool(desk: &Desk) -> (Moody, Arc<Spool>) {
    let moody = Moody::default();
    let settings = SpoolSettings::new(desk.directory.path());
    let spool = Spool::open_on(Arc::new(moody.clone()), &settings).expect("a spool");
    (moody, Arc::new(spool))
}

/// The fax after so many hand-overs that failed.
async fn refused(desk: &Desk, id: TransactionId, times: u32) -> FaxItem {
    eventually("refusal", async || {
        desk.time_passes(SPOOL).await;
        let item = desk.item(id).await;
        let failures = item.queue.as_ref().map(|it| it.failures);
        assert!(!item.state.is_over(), "{item:#?}");
        (failures >= Some(times) && item.state == TransactionState::Waiting).then_some(item)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fax_waits_for_a_full_or_read_only_spool_and_says_why() {
    for (mood, mend) in [
        (io::ErrorKind::StorageFull, "make room"),
        (io::ErrorKind::ReadOnlyFilesystem, "mount"),
        (io::ErrorKind::PermissionDenied, "let the gateway's user"),
    ] {
        let desk = Desk::new().await;
        let (moody, spool) = moody_spool(&desk);
        moody.is(Some(mood));
        let working = Working::start(&desk.outbox(spool, *SETTINGS));
        let id = desk.fax(0).await;
        let item = refused(&desk, id, 3).await;
        assert_eq!(item.status, -2, "{item:#?}");
        let queue = item.queue.expect("it is under way");
        assert!(queue.last_error.contains(mend), "{queue:#?}");
        let mut consumer = Consumer::new(desk.new_directory());
        assert!(consumer.look().is_empty(), "nothing half-written");
        moody.is(None);
        desk.time_passes(SPOOL).await;
        eventually("fax in the spool", async || consumer.look().pop())
            .await
            .say("done\n");
        assert_eq!(desk.over(id).await.state, TransactionState::Sent);
        assert_eq!(consumer.transmissions(id), [(1, 1)]);
        working.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pauses_grow_while_a_spool_takes_nothing() {
    let desk = Desk::new().await;
    let (moody, spool) = moody_spool(&desk);
    moody.is(Some(io::ErrorKind::StorageFull));
    let working = Working::start(&desk.outbox(spool, *SETTINGS));
    let id = desk.fax(0).await;
    let mut longest = 0;
    for times in 1..6 {
        // From the row itself, since time passes at once here.
        let pause = format!(
            "SELECT coalesce(max(extract(epoch FROM due_at - now())::bigint), -1) FROM fax_outbox \
             WHERE transaction_id = {id} AND phase = 'waiting' AND failures >= {times}"
        );
        let pause = eventually("refusal", async || {
            let pause = desk.world.number(&pause).await;
            (pause >= 0).then_some(pause)
        });
        longest = longest.max(pause.await);
        desk.time_passes(SPOOL).await;
    }
    assert!(longest >= 5, "{longest} s");
    working.kill().await;
}

/// A spool that cannot even say that it has nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fax_is_given_up_only_when_it_is_certain_that_nobody_sends_it() {
    let desk = Desk::new().await;
    let (moody, spool) = moody_spool(&desk);
    moody.is(Some(io::ErrorKind::StorageFull));
    let at_once = OutboxSettings {
        give_up_after: Duration::ZERO,
        ..*SETTINGS
    };
    let working = Working::start(&desk.outbox(spool, at_once));
    let id = desk.fax(0).await;
    // Withdrawing needs the disk as well, so nobody can be certain.
    let item = refused(&desk, id, 3).await;
    assert!(item.status < 0, "{item:#?}");
    working.stop().await;

    let unheard = Unheard {
        spool: desk.spool(),
        publishes: false,
        new: desk.new_directory(),
    };
    let working = Working::start(&desk.outbox(Arc::new(unheard), at_once));
    desk.time_passes(SPOOL).await;
    let item = desk.over(id).await;
    assert_eq!(item.state, TransactionState::Failed, "{item:#?}");
    assert_eq!(item.status, i32::try_from(GIVEN_UP.code).expect("small"));
    let mut consumer = Consumer::new(desk.new_directory());
    consumer.look();
    assert_eq!(consumer.transmissions(id), []);
    working.stop().await;
}

/// Hands over, or does not, and says each time that nobody knows.
struct Unheard {
    spool: Spool,
    publishes: bool,
    new: PathBuf,
}

#[async_trait]
impl Delivery for Unheard {
    fn name(&self) -> &'static str {
        SPOOL
    }

    async fn hand_over(&self, fax: &Fax) -> Result<Option<Outcome>, DeliveryError> {
        if self.publishes {
            self.spool.hand_over(fax).await?;
            // Until somebody has it.
            let taken = self
                .new
                .join(format!("{:09}.1/taken", fax.attempt.transaction.0));
            while !taken.exists() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
        Err(DeliveryError::Unavailable("nobody knows".to_owned()))
    }

    async fn outcomes(
        &self,
        attempts: &[Attempt],
    ) -> Result<Vec<(Attempt, Outcome)>, DeliveryError> {
        self.spool.outcomes(attempts).await
    }

    async fn withdraw(&self, attempt: Attempt) -> Result<Withdrawal, DeliveryError> {
        self.spool.withdraw(attempt).await
    }

    async fn forget(&self, attempt: Attempt) -> Result<(), DeliveryError> {
        self.spool.forget(attempt).await
    }

    async fn kept(
        &self,
        after: Option<Attempt>,
        limit: usize,
    ) -> Result<Vec<Attempt>, DeliveryError> {
        self.spool.kept(after, limit).await
    }

    async fn probe(&self) -> Result<(), DeliveryError> {
        self.spool.probe().await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fax_that_the_consumer_has_is_not_given_up() {
    let desk = Desk::new().await;
    let unheard = Unheard {
        spool: desk.spool(),
        publishes: true,
        new: desk.new_directory(),
    };
    let at_once = OutboxSettings {
        give_up_after: Duration::ZERO,
        ..*SETTINGS
    };
    let working = Working::start(&desk.outbox(Arc::new(unheard), at_once));
    let id = desk.fax(0).await;
    let mut consumer = Consumer::new(desk.new_directory());
    let seen = eventually("fax in the spool", async || consumer.look().pop()).await;
    desk.reaches(id, TransactionState::HandedOver).await;
    seen.say("done\n");
    assert_eq!(desk.over(id).await.state, TransactionState::Sent);
    assert_eq!(consumer.transmissions(id), [(1, 1)]);
    working.stop().await;
}

/// Cannot take anything back while the disk is stuck, and learns an outcome at that moment.
struct Stuck {
    spool: Spool,
    new: PathBuf,
    desk: Arc<Desk>,
}

#[async_trait]
impl Delivery for Stuck {
    fn name(&self) -> &'static str {
        SPOOL
    }

    async fn hand_over(&self, fax: &Fax) -> Result<Option<Outcome>, DeliveryError> {
        self.spool.hand_over(fax).await
    }

    /// The fax is claimed, to be taken back, and put back while the outcome travels.
    async fn outcomes(
        &self,
        attempts: &[Attempt],
    ) -> Result<Vec<(Attempt, Outcome)>, DeliveryError> {
        let outcomes = self.spool.outcomes(attempts).await?;
        for (attempt, _) in &outcomes {
            let ids = [attempt.transaction];
            let asked = self.desk.faxes.request_cancellation(&ids).await;
            asked.expect("an answer");
            while self.desk.item(attempt.transaction).await.state == TransactionState::HandedOver {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
        Ok(outcomes)
    }

    async fn withdraw(&self, attempt: Attempt) -> Result<Withdrawal, DeliveryError> {
        let status = format!("{:09}.{}/status", attempt.transaction.0, attempt.number);
        if self.new.join(status).exists() {
            return Err(DeliveryError::Unavailable("stuck".to_owned()));
        }
        self.spool.withdraw(attempt).await
    }

    async fn forget(&self, attempt: Attempt) -> Result<(), DeliveryError> {
        self.spool.forget(attempt).await
    }

    async fn kept(
        &self,
        after: Option<Attempt>,
        limit: usize,
    ) -> Result<Vec<Attempt>, DeliveryError> {
        self.spool.kept(after, limit).await
    }

    async fn probe(&self) -> Result<(), DeliveryError> {
        self.spool.probe().await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outcome_is_not_forgotten_because_the_fax_was_put_back_meanwhile() {
    let desk = Arc::new(Desk::new().await);
    let stuck = Stuck {
        spool: desk.spool(),
        new: desk.new_directory(),
        desk: Arc::clone(&desk),
    };
    let outbox = desk.outbox(Arc::new(stuck), *SETTINGS);
    let working = Working::start(&outbox);
    let id = desk.fax(0).await;
    let mut consumer = Consumer::new(desk.new_directory());
    let seen = eventually("fax in the spool", async || consumer.look().pop()).await;
    desk.reaches(id, TransactionState::HandedOver).await;
    seen.say("done\n");
    let item = eventually("end of the fax", async || {
        desk.time_passes(SPOOL).await;
        let item = desk.item(id).await;
        item.state.is_over().then_some(item)
    })
    .await;
    assert_eq!(item.state, TransactionState::Sent, "{item:#?}");
    assert_eq!(consumer.transmissions(id), [(1, 1)]);
    working.kill().await;
}

/// Mounts a file system of a size on `$0`, then runs the rest.
const MOUNT: &str = r#"mount -t tmpfs -o size=192k,mode=777 none "$0" && exec "$@""#;

/// A gateway whose spool is a small file system of its own.
struct SmallSpool {
    gateway: Process,
    mount: TempDir,
    _data: DataDirectory,
}

impl SmallSpool {
    /// None where nobody may mount.
    async fn start() -> Option<Self> {
        if !crate::disk_full::small_disk::may_mount() {
            return None;
        }
        let (mount, data) = (tempfile::tempdir().expect("a folder"), DataDirectory::new());
        let point = mount.path().to_str().expect("a path in UTF-8");
        let program = ["unshare", "--mount", "sh", "-c", MOUNT, point];
        let changes = [
            ("content.min_free", "0"),
            ("content.segment_size", "4MiB"),
            ("fax.poll_interval", "50ms"),
            ("fax.status_polls_per_minute", "0"),
            ("spool.directory", point),
        ];
        let mut gateway = Process::start_under(&program, data.path(), &changes).await;
        let process = gateway.process().to_string();
        gateway.run_beside(&["nsenter", "--mount", "--target", &process]);
        Some(Self {
            gateway,
            mount,
            _data: data,
        })
    }

    /// The spool as the gateway sees it.
    fn inside(&self) -> PathBuf {
        let root = format!("/proc/{}/root", self.gateway.process());
        let point = self.mount.path().strip_prefix("/").expect("absolute");
        Path::new(&root).join(point)
    }

    fn fill(&self) {
        let file = File::create(self.inside().join("fill"));
        let mut file = file.expect("a file");
        for length in [4096, 1] {
            while file.write_all(&vec![0; length]).is_ok() {}
        }
    }

    fn make_room(&self) {
        fs::remove_file(self.inside().join("fill")).expect("it was filled");
    }

    fn remount(&self, how: &str) {
        let process = self.gateway.process().to_string();
        let status = Command::new("nsenter")
            .args(["--mount", "--target", &process, "mount", "-o"])
            .arg(format!("remount,{how}"))
            .arg(self.mount.path())
            .status();
        assert!(status.expect("nsenter runs").success(), "{how}");
    }
}

#[tokio::test]
async fn a_file_system_that_is_full_or_read_only_delays_faxes_and_refuses_none() {
    let Some(small) = SmallSpool::start().await else {
        return;
    };
    small.gateway.add_account().await;
    let mut client = Client::new(small.gateway.address);
    let mut consumer = Consumer::new(small.inside().join("new"));
    for read_only in [false, true] {
        if read_only {
            small.remount("ro");
        } else {
            small.fill();
        }
        let document = b"Hello, fax";
        let id = if read_only {
            send(&mut client, "Hello, fax").await
        } else {
            let session = upload(&mut client, document).await;
            submit(&mut client, &session, document.len()).await
        };
        assert!(id > 0, "{id}");
        // Handed over at once otherwise.
        for _ in 0..20 {
            let status = status(&mut client, id).await;
            assert!(
                [-2, -3].contains(&status),
                "{status}, read only: {read_only}"
            );
            assert!(consumer.look().is_empty(), "read only: {read_only}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if read_only {
            small.remount("rw");
        } else {
            small.make_room();
        }
        let seen = eventually("fax in the spool", async || consumer.look().pop()).await;
        seen.say("done\n");
        until("it is sent", async || status(&mut client, id).await == 0).await;
        assert_eq!(consumer.taken[&seen.name], [document]);
    }
    small.gateway.stop().await;
}
