//! A HylaFAX server of the test's own: Debian's hfaxd and faxq on a spool of their own, without a
//! modem, or with one that is played by a script.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    net::{SocketAddr, TcpListener},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use chunkgate::fax::delivery::{
    Attempt,
    hylafax::{Hylafax, HylafaxSettings},
    ledger::Ledger,
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Gid, Pid, Uid, User, chown},
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{clients::program::Program, support::eventually::until};

/// The content store of the tests.
pub const STORE: Uuid = Uuid::from_u128(0x6368_756e);

/// Where everything of a server lies.
const DIRECTORIES: [&str; 16] = [
    "archive", "bin", "client", "config", "dev", "docq", "doneq", "etc", "info", "log", "pollq",
    "recvq", "sendq", "status", "tmp", "lock",
];

/// A modem that sends: every fax takes `SECONDS`, those to numbers with 99999 in them are busy.
const MODEM: &str = r#"#!/usr/bin/perl
use strict;
my @jobs = grep { m{^sendq/q} } @ARGV;
select undef, undef, undef, 0.1 + SECONDS;
for my $file (@jobs) {
    open my $queue, '+<', $file or die "$file: $!";
    my $text = do { local $/; <$queue> };
    my ($tag) = $text =~ /^jobtag:(.*)$/m;
    my ($id) = $file =~ /(\d+)$/;
    my $busy = $text =~ /^number:.*99999/m;
    my %set = (returned => $busy ? 1 : 2, npages => $busy ? 0 : 3, totpages => 3, totdials => 1,
               commid => sprintf('%09d', $id), statuscode => $busy ? 1 : 0,
               status => $busy ? 'Busy signal detected' : '');
    $text =~ s/^$_:.*$/$_:$set{$_}/m for keys %set;
    seek $queue, 0, 0;
    print $queue $text;
    truncate $queue, tell $queue;
    close $queue;
    open my $log, '>', sprintf 'log/c%09d', $id;
    print $log "Nov 25 23:59:50.14: [ 9119]: SESSION BEGIN 000000042 4930123456\n",
               "Nov 26 00:00:02.52: [ 9119]: REMOTE CSI \"+49 30 123456\"\n",
               "Nov 26 00:00:45.61: [ 9119]: SESSION END\n";
    chmod 0644, sprintf 'log/c%09d', $id;
    open my $sent, '>>', 'log/sent';
    print $sent "$tag\n" unless $busy;
}
exit 2;
"#;

/// Makes one empty page of whatever is to be sent.
const CONVERT: &str = r#"#!/bin/sh
# faxq loses children that end before it looks for them.
sleep 0.1
while [ $# -gt 0 ]; do
    case "$1" in -o) out=$2; shift ;; esac
    shift
done
cp bin/page.tif "$out"
"#;

/// Whether the programs are here; else the test is to be skipped.
pub async fn is_here() -> bool {
    Program("hylafax").is_here().await
}

/// A running server.
pub struct Server {
    pub address: SocketAddr,
    pub spool: PathBuf,
    faxq: Option<Child>,
    hfaxd: Option<Child>,
    bell: Option<Bell>,
    _directory: TempDir,
}

impl Server {
    /// Without a modem: jobs wait.
    pub async fn start() -> Self {
        let directory = tempfile::tempdir_in("/tmp").expect("a directory");
        let spool = directory.path().join("spool");
        // hfaxd and faxq give up root.
        permit(directory.path(), 0o755);
        make_spool(&spool);
        let mut server = Self {
            address: free_address(),
            spool,
            faxq: None,
            hfaxd: None,
            bell: None,
            _directory: directory,
        };
        server.start_scheduler().await;
        server.start_daemon().await;
        server
    }

    /// With so many modems, with which every fax takes so long.
    pub async fn with_modems(count: usize, takes: Duration) -> Self {
        let mut server = Self::start().await;
        let seconds = takes.as_secs_f64().to_string();
        let modem = MODEM.replace("SECONDS", &seconds);
        script(&server.spool.join("bin/modem"), &modem);
        for number in 0..count {
            let name = format!("tty{number}");
            let added = Command::new("/usr/sbin/faxmodem")
                .arg("-q")
                .args([&server.spool.display().to_string(), &name])
                .status();
            assert!(added.expect("faxmodem").success());
        }
        server.bell = Some(Bell::ring(&server.spool));
        server
    }

    /// Starts faxq.
    pub async fn start_scheduler(&mut self) {
        self.faxq = Some(self.program("/usr/sbin/faxq", &["-D"]));
        let spool = self.spool.clone();
        until("faxq that listens", async || {
            open_fifo(&spool.join("FIFO")).is_ok()
        })
        .await;
    }

    /// Starts hfaxd.
    pub async fn start_daemon(&mut self) {
        let port = self.address.port().to_string();
        let arguments = ["-d", "-i", &port, "-l", "127.0.0.1"];
        self.hfaxd = Some(self.program("/usr/sbin/hfaxd", &arguments));
        let address = self.address;
        until("hfaxd that listens", async || {
            tokio::net::TcpStream::connect(address).await.is_ok()
        })
        .await;
    }

    fn program(&self, program: &str, arguments: &[&str]) -> Child {
        Command::new(program)
            .arg("-q")
            .arg(&self.spool)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a program of HylaFAX")
    }

    /// Kills faxq.
    pub fn kill_scheduler(&mut self) {
        end(self.faxq.take());
    }

    /// Kills hfaxd and all its sessions.
    pub fn kill_daemon(&mut self) {
        end(self.hfaxd.take());
        self.kill_sessions();
    }

    /// Kills the sessions of hfaxd, which cannot clean up then.
    pub fn kill_sessions(&self) {
        kill_sessions(&self.spool);
    }

    /// Stops faxq where it is, or lets it go on.
    pub fn signal_scheduler(&self, signal: Signal) {
        let faxq = self.faxq.as_ref().expect("it runs");
        let pid = i32::try_from(faxq.id()).expect("a process");
        kill(Pid::from_raw(pid), signal).expect("a signal");
    }

    /// The delivery, as a gateway opens it that starts.
    pub fn delivery(&self, ledger: &Arc<dyn Ledger>) -> Hylafax {
        self.delivery_with(ledger, |_| {})
    }

    /// The same with changed settings.
    pub fn delivery_with(
        &self,
        ledger: &Arc<dyn Ledger>,
        change: impl FnOnce(&mut HylafaxSettings),
    ) -> Hylafax {
        let mut settings = HylafaxSettings {
            server: self.address.to_string(),
            user: "chunkgate".to_owned(),
            password: None,
            modem: "any".to_owned(),
            connect_timeout: Duration::from_secs(5),
            command_timeout: Duration::from_secs(5),
            max_connections: 8,
            poll_interval: Duration::ZERO,
            jobs_kept: Duration::from_hours(1),
            kill_after: Duration::from_hours(24),
            hold_postponed: false,
            scratch: self.spool.parent().expect("a directory").join("typeset"),
            store: STORE,
        };
        change(&mut settings);
        Hylafax::open(settings, Arc::clone(ledger)).expect("a delivery")
    }

    /// The jobs of an attempt, wherever they are.
    pub fn jobs(&self, attempt: Attempt) -> Vec<QueueFile> {
        let tag = tag(attempt);
        let mut jobs = self.all_jobs();
        jobs.retain(|job| job.get("jobtag") == tag);
        jobs
    }

    /// All jobs, wherever they are.
    pub fn all_jobs(&self) -> Vec<QueueFile> {
        let queues = ["sendq", "doneq"].map(|queue| self.spool.join(queue));
        let files = queues.iter().flat_map(|queue| {
            let names = names(queue).into_iter();
            let names = names.filter(|name| name.starts_with('q'));
            names.map(|name| queue.join(name))
        });
        files.filter_map(|path| QueueFile::read(&path)).collect()
    }

    /// The faxes that the modems have sent, by their tags.
    pub fn sent(&self) -> Vec<String> {
        let sent = fs::read_to_string(self.spool.join("log/sent")).unwrap_or_default();
        sent.lines().map(ToOwned::to_owned).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.bell.take());
        self.kill_scheduler();
        self.kill_daemon();
    }
}

/// Wakes the scheduler from time to time, as the `faxgetty` of a real modem does when that is free
/// again.
struct Bell {
    rings: Arc<AtomicBool>,
    ringer: Option<JoinHandle<()>>,
}

impl Bell {
    fn ring(spool: &Path) -> Self {
        let (rings, fifo) = (Arc::new(AtomicBool::new(true)), spool.join("FIFO"));
        let still = Arc::clone(&rings);
        let ringer = thread::spawn(move || {
            while still.load(Ordering::SeqCst) {
                // A modem that is there and gone again.
                if let Ok(mut scheduler) = open_fifo(&fifo) {
                    let _ = scheduler.write_all(b"+bell:R\0+bell:D\0");
                }
                thread::sleep(Duration::from_millis(200));
            }
        });
        Self {
            rings,
            ringer: Some(ringer),
        }
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.rings.store(false, Ordering::SeqCst);
        if let Some(ringer) = self.ringer.take() {
            let _ = ringer.join();
        }
    }
}

/// Kills the processes of hfaxd that serve a spool's sessions: each has a FIFO of its number.
pub fn kill_sessions(spool: &Path) {
    for name in names(&spool.join("client")) {
        if let Ok(pid) = name.parse() {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

/// The tag of an attempt's job.
pub fn tag(attempt: Attempt) -> String {
    format!("chunkgate/{STORE}/{attempt}")
}

/// The description of a job, as it lies in the server's queue.
#[derive(Clone, Debug)]
pub struct QueueFile {
    pub path: PathBuf,
    fields: BTreeMap<String, String>,
    /// Kinds and paths of its documents.
    pub documents: Vec<(String, String)>,
}

impl QueueFile {
    /// Reads one; none if it is gone.
    pub fn read(path: &Path) -> Option<Self> {
        let text = fs::read(path).ok()?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let kinds = [
            "pdf",
            "tiff",
            "postscript",
            "pcl",
            "!pdf",
            "!tiff",
            "!postscript",
            "!pcl",
            "data",
            "!data",
        ];
        let (mut fields, mut documents) = (BTreeMap::new(), Vec::new());
        for line in text.lines() {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            if kinds.contains(&name) {
                let document = value.rsplit(':').next().unwrap_or_default();
                let kind = name.trim_start_matches('!');
                documents.push((kind.to_owned(), document.to_owned()));
            } else {
                fields.insert(name.to_owned(), value.to_owned());
            }
        }
        Some(Self {
            path: path.to_owned(),
            fields,
            documents,
        })
    }

    /// A field; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// Whether nobody has submitted it, or somebody stopped it.
    pub fn is_suspended(&self) -> bool {
        self.get("state") == "1"
    }
}

/// Names in a directory, in order.
pub fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

fn end(child: Option<Child>) {
    if let Some(mut child) = child {
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its address")
}

fn permit(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
}

fn script(path: &Path, text: &str) {
    // Not over one that runs.
    let new = path.with_extension("new");
    fs::write(&new, text).expect("a script");
    permit(&new, 0o755);
    fs::rename(new, path).expect("a script");
}

/// A spool as Debian's package makes it, as far as sending needs it.
fn make_spool(spool: &Path) {
    let owner = User::from_name("uucp").expect("users").expect("uucp");
    fs::create_dir(spool).expect("a directory");
    give(spool, &owner);
    for name in DIRECTORIES {
        let directory = spool.join(name);
        fs::create_dir(&directory).expect("a directory");
        give(&directory, &owner);
        permit(&directory, 0o755);
    }
    permit(&spool.join("tmp"), 0o1777);
    let etc = spool.join("etc");
    let password = "abNANd1rDfiNc"; // crypt("secret", "ab")
    let blank = "abva1n6rpr9KU"; // crypt of a b,"c\d
    let users = format!("^chunkgate@:1001::\n^secured@:1002:{password}:\n^blank@:1003:{blank}:\n");
    fs::write(etc.join("hosts.hfaxd"), users).expect("users");
    give(&etc.join("hosts.hfaxd"), &owner);
    permit(&etc.join("hosts.hfaxd"), 0o600);
    fs::write(etc.join("hfaxd.conf"), "FaxQFIFOName: \"/FIFO\"\n").expect("a configuration");
    fs::write(etc.join("setup.cache"), "").expect("a configuration");
    let lock = spool.join("lock");
    let config = format!(
        "UUCPLockDir: {}\nSendFaxCmd: bin/modem\nTIFF2FaxCmd: bin/convert\nPS2FaxCmd: bin/convert\n\
         PDF2FaxCmd: bin/convert\nPCL2FaxCmd: bin/convert\nNotifyCmd: /bin/true\nInternationalPrefix: 00\n\
         LongDistancePrefix: 0\nCountryCode: 49\nAreaCode: 30\nMaxConcurrentCalls: 100\nMaxBatchJobs: 1\n\
         ServerTracing: 0\n",
        lock.display()
    );
    fs::write(etc.join("config"), config).expect("a configuration");
    fs::copy("/etc/hylafax/dialrules", etc.join("dialrules")).expect("rules");
    script(&spool.join("bin/convert"), CONVERT);
    fs::write(spool.join("bin/page.tif"), page()).expect("a page");
    let fifo = spool.join("FIFO");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::from_bits_truncate(0o600)).expect("a FIFO");
    give(&fifo, &owner);
}

fn give(path: &Path, owner: &User) {
    let (user, group): (Uid, Gid) = (owner.uid, owner.gid);
    chown(path, Some(user), Some(group)).expect("an owner");
}

/// A TIFF of one page of ten empty lines, Group 3.
fn page() -> Vec<u8> {
    let data = [0_u8, 1].repeat(10);
    let tags: [(u16, u16, u32); 13] = [
        (256, 3, 1728),
        (257, 3, 10),
        (258, 3, 1),
        (259, 3, 3),
        (262, 3, 0),
        (266, 3, 1),
        (273, 4, 0),
        (277, 3, 1),
        (278, 4, 10),
        (279, 4, 20),
        (282, 5, 0),
        (283, 5, 0),
        (296, 3, 2),
    ];
    let start = u32::try_from(8 + 2 + 12 * tags.len() + 4).expect("short");
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend(u16::try_from(tags.len()).expect("few").to_le_bytes());
    for (tag, kind, value) in tags {
        let value = match tag {
            273 => start,
            282 => start + 20,
            283 => start + 28,
            _ => value,
        };
        tiff.extend(tag.to_le_bytes());
        tiff.extend(kind.to_le_bytes());
        tiff.extend(1_u32.to_le_bytes());
        tiff.extend(value.to_le_bytes());
    }
    tiff.extend(0_u32.to_le_bytes());
    tiff.extend(data);
    for number in [204_u32, 1, 98, 1] {
        tiff.extend(number.to_le_bytes());
    }
    tiff
}

/// Opens a FIFO for writing; fails if nobody reads it.
fn open_fifo(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new()
        .write(true)
        .custom_flags(nix::fcntl::OFlag::O_NONBLOCK.bits())
        .open(path)
}
