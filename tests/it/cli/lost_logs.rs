//! A log that cannot be written costs log lines, and nothing else: every request is answered, and
//! operators see that lines are lost.

use std::{
    fs::File,
    io::{BufRead, BufReader, PipeReader, pipe},
    net::SocketAddr,
    process::Stdio,
    thread,
    time::Duration,
};

use nix::sys::signal::Signal;
use serde_json::Value;

use super::support::{Running, open_folder, program};
use crate::support::{
    eventually::{eventually, until},
    process::free_port,
    request::{Request, credentials},
    retrying::exchange,
    soap::Client,
};

/// A gateway whose standard error is a test's.
struct Unheard {
    process: Running,
    clients: SocketAddr,
    operators: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Unheard {
    async fn start(stderr: impl Into<Stdio>) -> Self {
        Self::with_level(stderr, "info").await
    }

    async fn with_level(stderr: impl Into<Stdio>, level: &str) -> Self {
        let (folder, data_dir) = open_folder();
        let [clients, operators] =
            [(); 2].map(|()| SocketAddr::from(([127, 0, 0, 1], free_port())));
        let process = program(&["serve"])
            .args(["--listen", &clients.to_string()])
            .args(["--admin-listen", &operators.to_string()])
            .arg("--data-dir")
            .arg(data_dir)
            .env("RUST_LOG", level)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()
            .map(Running)
            .expect("the program starts");
        let gateway = Self {
            process,
            clients,
            operators,
            _folder: folder,
        };
        until("readiness", async || gateway.readiness().await.is_some()).await;
        gateway
    }

    async fn readiness(&self) -> Option<Value> {
        let question = Request::get("/readyz").bytes();
        let asked = exchange(self.operators, &question);
        let answer = tokio::time::timeout(Duration::from_secs(20), asked).await;
        let answer = answer.expect("operators are answered").ok()?;
        (answer.status == 200).then(|| serde_json::from_str(&answer.body).expect("JSON"))
    }

    async fn lost_lines(&self) -> f64 {
        let answer = exchange(self.operators, &Request::get("/metrics").bytes())
            .await
            .expect("operators are answered");
        let line = answer
            .body
            .lines()
            .find_map(|line| line.strip_prefix("chunkgate_log_lines_lost_total "));
        line.map_or(0.0, |number| number.parse().expect("a number"))
    }

    /// Each of so many requests, which are logged, is answered.
    async fn answers(&self, requests: usize) {
        let mut client = Client::new(self.clients);
        let parameters = credentials("nobody", "wrong") + "<Filename>x.pdf</Filename>";
        for _ in 0..requests {
            let answer = client.call("CancelFileUpload", &parameters).await;
            assert_eq!(answer.status, 200, "{answer:?}");
        }
    }

    /// Operators see that lines are lost, and that everything else works.
    async fn tells(&self, reason: &str) {
        let why = eventually("a word about the log", async || {
            // What waits to be written is not lost yet.
            self.answers(100).await;
            let findings = self.readiness().await.expect("it is ready all the same");
            findings["log"]["failed"].as_str().map(str::to_owned)
        })
        .await;
        assert!(why.contains(reason), "{why}");
        assert!(self.lost_lines().await >= 1.0);
    }

    fn stop(self) {
        assert_eq!(self.process.stop(Signal::SIGTERM), Some(0));
    }
}

#[tokio::test]
async fn a_full_disk_under_the_log_stops_no_request() {
    let full = File::options().write(true).open("/dev/full");
    let gateway = Unheard::start(full.expect("a device")).await;
    gateway.answers(3).await;
    gateway.tells("No space left on device").await;
    gateway.stop();
}

#[tokio::test]
async fn a_reader_of_the_log_that_has_gone_stops_no_request() {
    let (reader, writer) = pipe().expect("a pipe");
    let gateway = Unheard::start(writer).await;
    drop(reader);
    gateway.answers(3).await;
    gateway.tells("Broken pipe").await;
    gateway.stop();
}

#[tokio::test]
async fn a_reader_of_the_log_that_does_not_read_stops_no_request() {
    let (reader, writer) = pipe().expect("a pipe");
    // One page, so that it is full soon.
    rustix::pipe::fcntl_setpipe_size(&reader, 4096).expect("a small pipe");
    // Each request is many lines: what waits for a reader is a mebibyte.
    let gateway = Unheard::with_level(writer, "trace").await;
    gateway.tells("is not read").await;

    // Once it is read again, lines come through, and one says how many are missing.
    let reading = thread::spawn(move || read_on(reader, "log lines were lost"));
    until("a log that is written", async || {
        let findings = gateway.readiness().await.expect("it is ready");
        findings["log"] == "ok"
    })
    .await;
    gateway.stop();
    assert!(reading.join().expect("no panic"), "nothing says how many");
}

/// Reads to the end; whether there was a line with these words.
fn read_on(reader: PipeReader, words: &str) -> bool {
    let lines = BufReader::new(reader).lines().map_while(Result::ok);
    lines.filter(|line| line.contains(words)).count() > 0
}
