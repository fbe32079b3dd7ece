//! A process that runs its own Postgres as the gateway does, so that a test can kill it.
//!
//! It is this test binary again, running the one test in `process`. It takes its orders from the
//! environment, reports on stderr (libtest writes to stdout), and stops when its stdin ends or when
//! the process it watches does.

mod process;

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::Duration,
};

use chunkgate::pg::Endpoint;
use rustix::{
    event::{PollFd, PollFlags, poll},
    process::{Pid, PidfdFlags, pidfd_open},
};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStderr, ChildStdin, Command},
    sync::oneshot,
    time::timeout,
};

/// The environment variable with the orders.
const ORDERS: &str = "CHUNKGATE_TEST_HOST";

/// The full name of the test that is the process.
const NAME: &str = "support::postgres::host::process::host";

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

/// Returns when the process has ended.
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
