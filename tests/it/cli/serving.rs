//! A gateway as operators run it.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{ChildStderr, Stdio},
};

use nix::sys::signal::Signal;

use super::support::{Running, program};

/// Any free ports.
pub const PORTS: [&str; 4] = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];

/// A gateway in a process of its own.
pub struct Serving {
    pub process: Running,
    lines: std::io::Lines<BufReader<ChildStderr>>,
    /// Where its service is.
    pub url: String,
}

impl Serving {
    /// Starts it and waits until it is ready.
    pub fn start(data_dir: &Path, notify: Option<&Path>) -> Self {
        let socket = notify.map(|path| ("NOTIFY_SOCKET", path.to_str().expect("a plain path")));
        Self::with(data_dir, socket.as_slice())
    }

    /// The same with these variables.
    pub fn with(data_dir: &Path, variables: &[(&str, &str)]) -> Self {
        let data_dir = data_dir.to_str().expect("a plain path");
        let mut command = program(&[&["serve", "--data-dir", data_dir], &PORTS[..]].concat());
        command.env("CHUNKGATE__LOG__FORMAT", "json");
        command.envs(variables.iter().copied());
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map(Running)
            .expect("the program starts");
        let mut lines = BufReader::new(process.0.stderr.take().expect("stderr is piped")).lines();
        let mut said = String::new();
        for line in lines.by_ref().map_while(Result::ok) {
            let log: Option<serde_json::Value> = serde_json::from_str(&line).ok();
            if let Some(log) = log.filter(|log| log["message"] == "ready") {
                let address = log["clients"].as_str().expect("an address");
                let url = format!("http://{address}/dfs.asmx");
                return Self {
                    process,
                    lines,
                    url,
                };
            }
            said.push_str(&line);
            said.push('\n');
        }
        panic!("it is not ready: {said}");
    }

    /// Where clients are served.
    pub fn clients(&self) -> SocketAddr {
        let address = self.url.strip_prefix("http://").expect("its scheme");
        let address = address.strip_suffix("/dfs.asmx").expect("its path");
        address.parse().expect("an address")
    }

    /// Asks it to stop and waits for its end; returns its exit code.
    pub fn stop(mut self, signal: Signal) -> Option<i32> {
        self.process.ask(signal);
        // Read on, or its last lines would have nowhere to go.
        for _line in self.lines.by_ref() {}
        self.process.0.wait().expect("it ends").code()
    }

    /// The user it runs as.
    pub fn user(&self) -> u32 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.0.id())).unwrap();
        let uids = status.lines().find(|line| line.starts_with("Uid:"));
        let effective = uids.and_then(|line| line.split_whitespace().nth(2));
        effective.expect("a line").parse().expect("a user id")
    }
}
