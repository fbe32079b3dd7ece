//! SIGHUP reads again what can be read again, says what takes a restart, and ends nothing.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use nix::sys::signal::Signal;
use serde_json::Value;

use super::{
    serving::{PORTS, Serving},
    support::{Running, open_folder, program},
};
use crate::support::{
    eventually::eventually,
    request::{Request, credentials},
    retrying::exchange,
    soap::Client,
};

#[tokio::test]
async fn a_hang_up_does_not_end_a_gateway_without_tls() {
    let (_folder, data_dir) = open_folder();
    let serving = Serving::start(&data_dir, None);
    for signal in [Signal::SIGHUP, Signal::SIGUSR1, Signal::SIGUSR2] {
        serving.process.ask(signal);
        let answer = exchange(serving.clients(), &Request::get("/healthz").bytes()).await;
        assert_eq!(answer.expect("an answer").status, 200, "after {signal}");
    }
    assert_eq!(serving.stop(Signal::SIGTERM), Some(0));
}

/// A gateway with a configuration file, which logs into a file.
struct Configured {
    process: Running,
    clients: SocketAddr,
    folder: tempfile::TempDir,
}

impl Configured {
    /// Starts it and waits until it is ready. Both are of the user that it becomes.
    async fn start(settings: &str) -> Self {
        let (folder, data_dir) = open_folder();
        fs::create_dir(&data_dir).expect("a folder");
        let mut gateway = Self {
            process: Running(
                std::process::Command::new("true")
                    .spawn()
                    .expect("a process"),
            ),
            clients: SocketAddr::from(([127, 0, 0, 1], 0)),
            folder,
        };
        gateway.write(settings);
        gateway.process = program(&["serve"])
            .args(PORTS)
            .arg("--data-dir")
            .arg(&data_dir)
            .arg("--config")
            .arg(gateway.file())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map(Running)
            .expect("the program starts");
        let ready = gateway.line("log", "ready", 1).await;
        gateway.clients = ready["clients"]
            .as_str()
            .and_then(|address| address.parse().ok())
            .expect("an address");
        gateway
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("chunkgate.toml")
    }

    /// A log, in the data directory, to which the gateway's user may write.
    fn log(&self, name: &str) -> PathBuf {
        self.folder.path().join("data").join(name)
    }

    /// Writes the configuration file; `LOG` in it is the place of logs.
    fn write(&self, settings: &str) {
        let place = self.folder.path().join("data");
        let text = settings.replace("LOG", place.to_str().expect("a plain path"));
        fs::write(self.file(), text).expect("a file");
    }

    /// The line with that message, when there are at least so many.
    async fn line(&self, log: &str, message: &str, number: usize) -> Value {
        eventually(&format!("{message} in {log}"), async || {
            let text = fs::read_to_string(self.log(log)).unwrap_or_default();
            let lines = text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            let mut found = lines.filter(|line: &Value| line["message"] == message);
            found.nth(number - 1)
        })
        .await
    }

    /// Sends a request, which makes a line at `info`.
    async fn ask(&self) {
        let parameters = credentials("nobody", "wrong") + "<Filename>x.pdf</Filename>";
        let mut client = Client::new(self.clients);
        let answer = client.call("StartFileUpload", &parameters).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    fn stop(self) {
        assert_eq!(self.process.stop(Signal::SIGTERM), Some(0));
    }
}

const LOGGED: &str = "log.format = 'json'\nlog.file = 'LOG/log'\n";

fn with(more: &str) -> String {
    format!("{LOGGED}{more}")
}

fn lines(log: &Path, message: &str) -> usize {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.matches(&format!("\"message\":\"{message}\"")).count()
}

#[tokio::test]
async fn level_and_file_of_the_log_are_taken_and_the_rest_is_named() {
    let gateway = Configured::start(&with("log.level = 'info'")).await;
    gateway.ask().await;
    gateway.line("log", "request", 1).await;

    // Another level, and two settings that take a restart; one of them is a secret.
    gateway.write(&with(
        "log.level = 'debug'\nhttp.max_in_flight = 1000\nhylafax.password = 'letmein'",
    ));
    gateway.process.ask(Signal::SIGHUP);
    let said = gateway.line("log", "reloaded", 1).await;
    assert_eq!(said["level"], "debug");
    assert_eq!(
        said["needs_restart"],
        "http.max_in_flight, hylafax.password"
    );
    assert!(!said.to_string().contains("letmein"), "{said}");
    let probe = exchange(gateway.clients, &Request::get("/healthz").bytes()).await;
    assert_eq!(probe.expect("an answer").status, 200);
    // A request outside of the front end is worth a line at `debug` only.
    let seen = eventually("a line at debug", async || {
        let text = fs::read_to_string(gateway.log("log")).unwrap_or_default();
        text.lines()
            .find(|line| line.contains("/healthz"))
            .map(str::to_owned)
    });
    assert!(seen.await.contains("DEBUG"));

    // Another file.
    gateway.write(&with("").replace("LOG/log", "LOG/other"));
    gateway.process.ask(Signal::SIGHUP);
    let said = gateway.line("other", "reloaded", 1).await;
    assert_eq!(said["needs_restart"], Value::Null, "{said}");
    gateway.ask().await;
    gateway.line("other", "request", 1).await;
    gateway.stop();
}

#[tokio::test]
async fn a_rotated_log_is_opened_anew() {
    let gateway = Configured::start(LOGGED).await;
    fs::rename(gateway.log("log"), gateway.log("log.1")).expect("it is there");
    gateway.ask().await;
    gateway.line("log.1", "request", 1).await;
    gateway.process.ask(Signal::SIGHUP);
    gateway.line("log", "reloaded", 1).await;
    gateway.ask().await;
    gateway.line("log", "request", 1).await;
    assert_eq!(lines(&gateway.log("log.1"), "request"), 1);
    gateway.stop();
}

#[tokio::test]
async fn what_cannot_be_used_changes_nothing() {
    let gateway = Configured::start(LOGGED).await;
    for (number, (settings, problem)) in [
        (with("log.level = 'loud'"), "log.level"),
        ("log.file = 'LOG/nowhere/log'".to_owned(), "log.file"),
        (with("log.level ="), "chunkgate.toml"),
    ]
    .into_iter()
    .enumerate()
    {
        gateway.write(&settings);
        gateway.process.ask(Signal::SIGHUP);
        let message = "settings not reloaded: those in force stay";
        let line = gateway.line("log", message, number + 1).await;
        assert_eq!(line["level"], "ERROR");
        let error = line["error"].as_str().expect("what is wrong");
        assert!(error.contains(problem), "{error}");
    }
    gateway.ask().await;
    gateway.line("log", "request", 1).await;
    gateway.stop();
}

/// While it starts, and while it stops.
#[tokio::test]
async fn a_hang_up_at_any_time_ends_nothing() {
    let (_folder, data_dir) = open_folder();
    let mut command = program(&["serve", "--data-dir", data_dir.to_str().expect("a path")]);
    let child = command
        .args(PORTS)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut gateway = Running(child.expect("the program starts"));
    // Something of its own runs from here on, and not only the loader.
    eventually("a data directory", async || data_dir.exists().then_some(())).await;
    let hang_up = async |gateway: &Running, times| {
        for _ in 0..times {
            gateway.ask(Signal::SIGHUP);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    // Its Postgres is made and started meanwhile.
    while !data_dir.join("content").exists() {
        hang_up(&gateway, 1).await;
        assert_eq!(gateway.0.try_wait().expect("a status"), None, "it starts");
    }
    hang_up(&gateway, 50).await;
    gateway.ask(Signal::SIGTERM);
    let status = loop {
        if let Some(status) = gateway.0.try_wait().expect("a status") {
            break status;
        }
        hang_up(&gateway, 1).await;
    };
    assert_eq!(status.code(), Some(0), "{status:?}");
}
