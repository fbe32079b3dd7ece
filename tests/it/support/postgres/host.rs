//! A process that runs its own Postgres as the gateway does, so that a test can kill it.
//!
//! It is this test binary again, running the one test below. It takes its orders from the
//! environment, reports on stderr (libtest writes to stdout), and stops when its stdin ends or when
//! the process it watches does.

use std::{
    env,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::Duration,
};

use chunkgate::pg::{
    Claim, Cluster, ClusterOptions, DataDir, Durability, Endpoint, Search,
    privileges::{self, MachineUsers, Plan, Users},
};
use rustix::{
    event::{PollFd, PollFlags, poll},
    process::{Pid, PidfdFlags, pidfd_open},
};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStderr, ChildStdin, Command},
    sync::{mpsc, oneshot},
    time::timeout,
};

/// The environment variable with the orders.
const ORDERS: &str = "CHUNKGATE_TEST_HOST";

/// The full name of the test below.
const NAME: &str = "support::postgres::host::host";

/// How long anything a host is asked for may take on a loaded machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a host is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Orders {
    /// The data directory.
    pub directory: PathBuf,
    /// Fsync on, as in production.
    pub durable: bool,
    /// More settings of the server.
    pub settings: Vec<(String, String)>,
    /// Where the programs are, as the setting says.
    pub bin_dir: Option<PathBuf>,
    /// Own the directory and wait for a line on stdin before the server is started.
    pub pause_when_claimed: bool,
    /// Stop when this process ends, and remove the directory; instead of when stdin ends.
    pub watch: Option<i32>,
}

impl Orders {
    /// A throw-away server in `directory`.
    pub fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            durable: false,
            settings: Vec::new(),
            bin_dir: None,
            pause_when_claimed: false,
            watch: None,
        }
    }
}

/// What a host reports, a line each.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Report {
    /// It owns the directory.
    Claimed,
    /// The server answers.
    Ready(Server),
    /// The server was restarted, or is down.
    Running(Option<i32>),
    /// Another process owns the directory, and its server answers here.
    Held(Endpoint),
    /// The server was stopped.
    Stopped,
    /// It did not work, in the words of the error.
    Failed(String),
}

/// A running server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Where it answers.
    pub endpoint: Endpoint,
    /// The postmaster's process.
    pub postmaster: i32,
}

/// A host, as the test that started it sees it. Dropped, its stdin ends, and so it stops.
#[derive(Debug)]
pub struct Host {
    child: Child,
    stdin: Option<ChildStdin>,
    reports: Lines<BufReader<ChildStderr>>,
}

impl Host {
    /// Starts a host; [`Host::report`] tells how it goes.
    pub fn start(orders: &Orders) -> Self {
        let orders_text = serde_json::to_string(orders).expect("orders are plain data");
        let stdin = match orders.watch {
            Some(_) => Stdio::null(),
            None => Stdio::piped(),
        };
        let mut child = Command::new(env::current_exe().expect("the test binary"))
            .args([NAME, "--exact", "--ignored", "--nocapture"])
            .env(ORDERS, orders_text)
            .stdin(stdin)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // A time-out of the test runner kills the test's whole group.
            .process_group(0)
            .spawn()
            .expect("the test binary starts");
        let stderr = child.stderr.take().expect("stderr is piped");
        Self {
            stdin: child.stdin.take(),
            reports: BufReader::new(stderr).lines(),
            child,
        }
    }

    /// The next report.
    pub async fn report(&mut self) -> Report {
        let mut other_lines = String::new();
        let next = async {
            while let Some(line) = self.reports.next_line().await.expect("the host's stderr") {
                match serde_json::from_str(&line) {
                    Ok(report) => return report,
                    Err(_) => other_lines.push_str(&line),
                }
            }
            panic!("the host ended without a report: {other_lines}");
        };
        timeout(PATIENCE, next).await.expect("a report in time")
    }

    /// Waits until the server answers.
    pub async fn ready(&mut self) -> Server {
        loop {
            match self.report().await {
                Report::Claimed => {}
                Report::Ready(server) => return server,
                other => panic!("no server: {other:?}"),
            }
        }
    }

    /// Waits until the server does not start, and returns the error's words.
    pub async fn failed(&mut self) -> String {
        loop {
            match self.report().await {
                Report::Claimed => {}
                Report::Failed(message) => return message,
                other => panic!("it did not fail: {other:?}"),
            }
        }
    }

    /// Lets a host that paused go on.
    pub async fn go_on(&mut self) {
        let stdin = self.stdin.as_mut().expect("stdin is piped");
        stdin.write_all(b"\n").await.expect("the host reads");
    }

    /// The host's own process.
    pub fn process(&self) -> i32 {
        let id = self.child.id().expect("it has not been waited for");
        id.try_into().expect("a process number")
    }

    /// Waits until the server runs again after it died, and returns its process.
    pub async fn restarted(&mut self) -> i32 {
        loop {
            match self.report().await {
                Report::Running(None) => {}
                Report::Running(Some(postmaster)) => return postmaster,
                other => panic!("no restart: {other:?}"),
            }
        }
    }

    /// Stops the server and waits for the host's end.
    pub async fn stop(mut self) {
        drop(self.stdin.take());
        while self.report().await != Report::Stopped {}
        self.child.wait().await.expect("the host ends");
    }

    /// `kill -9`.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("the host dies");
    }
}

#[test]
#[ignore = "not a test: a process that other tests start"]
fn host() {
    let Ok(orders) = env::var(ORDERS) else {
        return;
    };
    let orders: Orders = serde_json::from_str(&orders).expect("orders");
    let starter = give_up_root(&orders.directory);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    if let Err(message) = runtime.block_on(run(&orders, starter)) {
        report(&Report::Failed(message));
    }
    if orders.watch.is_some() {
        // The run is over; what cannot be removed is the temporary directory's business.
        let _ = std::fs::remove_dir_all(&orders.directory);
    }
}

/// Becomes an ordinary user, if root; returns the name of the user that started the process.
fn give_up_root(directory: &Path) -> String {
    let euid = rustix::process::geteuid().as_raw();
    let starter = MachineUsers.by_uid(euid).expect("this user has a name");
    let owner = privileges::owner(directory);
    let plan = privileges::plan(euid, owner, None, &MachineUsers).expect("a user to become");
    if let Plan::Become(user) = &plan {
        privileges::hand_over(user, directory).expect("a directory");
    }
    privileges::apply(&plan).expect("privileges");
    starter.name
}

async fn run(orders: &Orders, starter: String) -> Result<(), String> {
    let text = |error: chunkgate::pg::PgError| error.to_string();
    let directory = match DataDir::claim(&orders.directory, PATIENCE)
        .await
        .map_err(text)?
    {
        Claim::Owned(directory) => directory,
        Claim::Held(held) => {
            report(&Report::Held(held.endpoint().clone()));
            return Ok(());
        }
    };
    report(&Report::Claimed);
    let mut commands = lines_of_stdin();
    if orders.pause_when_claimed {
        commands.recv().await;
    }
    let options = options(orders, &directory, starter).map_err(text)?;
    let cluster = Cluster::start(options).await.map_err(text)?;
    directory.publish(cluster.endpoint()).map_err(text)?;
    report(&Report::Ready(Server {
        endpoint: cluster.endpoint().clone(),
        postmaster: cluster.postmaster_pid().expect("it has just started"),
    }));

    let told_to_stop = async {
        match orders.watch {
            Some(process) => end_of(process).await,
            None => while commands.recv().await.is_some() {},
        }
    };
    tokio::select! {
        () = told_to_stop => {}
        () = report_restarts(&cluster) => {}
    }
    cluster.stop().await.map_err(text)?;
    drop(directory);
    report(&Report::Stopped);
    Ok(())
}

fn options(
    orders: &Orders,
    directory: &DataDir,
    starter: String,
) -> Result<ClusterOptions, chunkgate::pg::PgError> {
    let programs = Search::machine(orders.bin_dir.clone()).programs_for(&directory.cluster())?;
    let mut options = ClusterOptions::new(directory, programs);
    options.durability = if orders.durable {
        Durability::Durable
    } else {
        Durability::FsyncOff
    };
    options.peers = vec![starter];
    options.max_connections = 300;
    options.settings.clone_from(&orders.settings);
    Ok(options)
}

/// A thread reads them, because a runtime would not end while a read of stdin is under way.
fn lines_of_stdin() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(1);
    thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

pub async fn end_of(process: i32) {
    let pid = Pid::from_raw(process).expect("a process number");
    let (end, ended) = oneshot::channel();
    thread::spawn(move || {
        // If it has ended already, the run is over.
        if let Ok(descriptor) = pidfd_open(pid, PidfdFlags::empty()) {
            let mut descriptors = [PollFd::new(&descriptor, PollFlags::IN)];
            while poll(&mut descriptors, None).is_err() {}
        }
        let _ = end.send(());
    });
    ended.await.expect("the thread does not panic");
}

async fn report_restarts(cluster: &Cluster) {
    let mut running = cluster.running();
    while running.changed().await.is_ok() {
        report(&Report::Running(*running.borrow_and_update()));
    }
}

fn report(report: &Report) {
    let line = serde_json::to_string(report).expect("reports are plain data");
    // Whoever started the host may have gone.
    let _ = writeln!(io::stderr(), "{line}");
}
