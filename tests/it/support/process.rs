//! `chunkgate` as its users run it: a process of its own, which a test can kill.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStderr, Command},
    task::JoinHandle,
    time::timeout,
};

use super::{
    gateway::{PASSWORD, USER},
    postgres::host::end_of,
};

/// How long anything a process is asked for may take on a loaded machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running `chunkgate serve` with its own Postgres. Dropped, it is killed, and its Postgres ends
/// with it.
#[derive(Debug)]
pub struct Process {
    pub address: SocketAddr,
    directory: PathBuf,
    /// What other commands on its data directory run under.
    beside: Vec<String>,
    child: Child,
    /// Passes on what it logs, so that it is shown with a test that fails.
    logging: JoinHandle<()>,
}

/// What a test changes of the settings: names as in `content.min_free`, and values.
pub type Changes<'a> = &'a [(&'a str, &'a str)];

impl Process {
    /// Starts a gateway on a data directory, and waits until it serves.
    pub async fn start(directory: &Path, changes: Changes<'_>) -> Self {
        Self::start_under(&[], directory, changes).await
    }

    /// The same, as the last arguments of another program.
    pub async fn start_under(program: &[&str], directory: &Path, changes: Changes<'_>) -> Self {
        let mut child = serve(program, directory, changes)
            .spawn()
            .expect("the program starts");
        let stderr = child.stderr.take().expect("stderr is piped");
        let mut lines = BufReader::new(stderr).lines();
        let address = timeout(PATIENCE, ready(&mut lines))
            .await
            .expect("the gateway serves in time");
        Self {
            address,
            directory: directory.to_owned(),
            beside: Vec::new(),
            child,
            logging: tokio::spawn(pass_on(lines)),
        }
    }

    /// Lets other commands run under a program, which leads them to where the gateway is.
    pub fn run_beside(&mut self, program: &[&str]) {
        self.beside = program.iter().map(|word| (*word).to_owned()).collect();
    }

    /// Adds the account of the tests.
    pub async fn add_account(&self) {
        let arguments = ["account", "add", USER, "--password-stdin"];
        let added = self.run(&arguments, PASSWORD.as_bytes()).await;
        assert!(added.status.success(), "{added:?}");
    }

    /// The bytes of an upload, as `session export` writes them.
    pub async fn export(&self, session: &str) -> Vec<u8> {
        let exported = self.run(&["session", "export", session, "-"], b"").await;
        assert!(
            exported.status.success(),
            "session {session}: {}",
            String::from_utf8_lossy(&exported.stderr)
        );
        exported.stdout
    }

    /// Runs a command on the same data directory to its end.
    pub async fn run(&self, arguments: &[&str], stdin: &[u8]) -> Output {
        let program: Vec<&str> = self.beside.iter().map(String::as_str).collect();
        let mut child = chunkgate(&program, &self.directory, &[])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut input = child.stdin.take().expect("stdin is piped");
        input.write_all(stdin).await.expect("it reads");
        drop(input);
        timeout(PATIENCE, child.wait_with_output())
            .await
            .expect("it ends in time")
            .expect("its output")
    }

    /// The number of the gateway's process, or of the program it runs under.
    pub fn process(&self) -> i32 {
        let id = self.child.id().expect("it has not been waited for");
        i32::try_from(id).expect("a process number")
    }

    /// The most memory of it that was ever resident, in KiB.
    pub fn peak_memory(&self) -> u64 {
        memory_of(self.process(), "VmHWM")
    }

    /// `kill -9`, and the end of the process; its Postgres may live a little longer.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it dies");
        self.logging.abort();
    }

    /// Asks it to stop, and waits for an end in order.
    pub async fn stop(mut self) {
        signal(self.process(), Signal::SIGTERM);
        let ended = timeout(PATIENCE, self.child.wait())
            .await
            .expect("it stops in time")
            .expect("its status");
        assert!(ended.success(), "{ended:?}");
        (&mut self.logging).await.expect("its log was read");
    }
}

/// A data directory of a test; when it is dropped, nobody uses it any more.
#[derive(Debug)]
pub struct DataDirectory(TempDir);

impl DataDirectory {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// The number of the Postgres in a data directory; none if it is not running.
pub fn postmaster(directory: &Path) -> Option<i32> {
    let file = fs::read_to_string(directory.join("postgres/postmaster.pid")).ok()?;
    file.lines().next()?.parse().ok()
}

/// Waits until a process that is not ours has ended.
pub async fn ended(process: i32) {
    timeout(PATIENCE, end_of(process))
        .await
        .expect("it ends in time");
}

/// Memory of a process, in KiB: `VmRSS` for now, `VmHWM` for the most there ever was.
pub fn memory_of(process: i32, which: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(which));
    let number = line.and_then(|line| line.strip_prefix(':')?.trim().strip_suffix(" kB"));
    number.and_then(|kib| kib.parse().ok()).expect("a number")
}

/// A port that nobody has now.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("its address").port()
}

/// Sends a signal to a process that may have gone.
pub fn signal(process: i32, signal: Signal) {
    let _gone = kill(Pid::from_raw(process), signal);
}

fn serve(program: &[&str], directory: &Path, changes: Changes<'_>) -> Command {
    let mut command = chunkgate(program, directory, changes);
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    if changes.iter().all(|(key, _)| *key != "admin.listen") {
        command.args(["--admin-listen", "127.0.0.1:0"]);
    }
    command
        // One line says where it serves; beyond that only trouble is of interest.
        .env("RUST_LOG", "warn,chunkgate::cli=info")
        .env("CHUNKGATE__LOG__FORMAT", "json")
        .stdin(Stdio::null());
    command
}

/// Keeps the settings of whoever runs the tests from a program.
pub fn without_settings(command: &mut std::process::Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CHUNKGATE_") {
            command.env_remove(name);
        }
    }
    command.env_remove("RUST_LOG");
}

fn chunkgate(program: &[&str], directory: &Path, changes: Changes<'_>) -> Command {
    // `make load` drives a release build.
    let binary = std::env::var("CHUNKGATE_TEST_PROGRAM");
    let binary = binary.as_deref().unwrap_or(env!("CARGO_BIN_EXE_chunkgate"));
    let words = [program, &[binary]].concat();
    let mut command = Command::new(words[0]);
    without_settings(command.as_std_mut());
    command
        .args(&words[1..])
        .arg("--data-dir")
        .arg(directory)
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    for (name, value) in changes {
        let variable = format!("CHUNKGATE__{}", name.replace('.', "__").to_uppercase());
        command.env(variable, value);
    }
    command
}

/// Reads the log up to the line that says where clients are served.
async fn ready(lines: &mut Lines<BufReader<ChildStderr>>) -> SocketAddr {
    while let Some(line) = lines.next_line().await.expect("its log") {
        eprintln!("{line}");
        let fields: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        if let Some(clients) = fields.get("clients").and_then(|address| address.as_str()) {
            return clients.parse().expect("an address");
        }
    }
    panic!("the gateway ended before it served");
}

async fn pass_on(mut lines: Lines<BufReader<ChildStderr>>) {
    while let Ok(Some(line)) = lines.next_line().await {
        eprintln!("{line}");
    }
}
