//! `serve` with its own Postgres: beside other commands, after root, until a signal.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::net::UnixDatagram,
    path::Path,
    process::{ChildStderr, Stdio},
    time::Duration,
};

use nix::sys::signal::Signal;

use super::support::{Running, open_folder, program, run, run_with_input};

/// Any free ports.
const PORTS: [&str; 4] = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];

/// A gateway in a process of its own.
struct Serving {
    process: Running,
    lines: std::io::Lines<BufReader<ChildStderr>>,
    url: String,
}

impl Serving {
    /// Starts it and waits until it is ready.
    fn start(data_dir: &Path, notify: Option<&Path>) -> Self {
        let data_dir = data_dir.to_str().expect("a plain path");
        let mut command = program(&[&["serve", "--data-dir", data_dir], &PORTS[..]].concat());
        command.env("CHUNKGATE__LOG__FORMAT", "json");
        if let Some(socket) = notify {
            command.env("NOTIFY_SOCKET", socket);
        }
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

    /// Asks it to stop and waits for its end; returns its exit code.
    fn stop(mut self, signal: Signal) -> Option<i32> {
        self.process.ask(signal);
        // Read on, or its last lines would have nowhere to go.
        for _line in self.lines.by_ref() {}
        self.process.0.wait().expect("it ends").code()
    }

    /// The user it runs as.
    fn user(&self) -> u32 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.0.id())).unwrap();
        let uids = status.lines().find(|line| line.starts_with("Uid:"));
        let effective = uids.and_then(|line| line.split_whitespace().nth(2));
        effective.expect("a line").parse().expect("a user id")
    }
}

#[test]
fn commands_work_beside_a_gateway_and_without_one() {
    let (_folder, data_dir) = open_folder();
    let path = data_dir.to_str().unwrap();
    let on = |arguments: &[&str]| program(&[arguments, &["--data-dir", path]].concat());
    // Nobody owns the directory, nor is there one.
    let mut add = on(&["account", "add", "acme", "--password-stdin"]);
    run_with_input(&mut add, "secret\n").ends_with(0);

    let serving = Serving::start(&data_dir, None);
    assert_ne!(serving.user(), 0, "it must not run as root");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/sample.pdf");
    let arguments = [
        "upload",
        file,
        "--url",
        &serving.url,
        "--user",
        "acme",
        "--password-stdin",
    ];
    run_with_input(&mut program(&arguments), "secret\n").ends_with(0);
    run(&mut on(&["session", "list"]))
        .ends_with(0)
        .shows("complete");
    run(&mut on(&["verify"])).ends_with(0).shows("all whole");
    run(&mut on(&[&["serve"], &PORTS[..]].concat()))
        .ends_with(3)
        .says("--data-dir");
    assert_eq!(serving.stop(Signal::SIGTERM), Some(0));

    run(&mut on(&["session", "list"]))
        .ends_with(0)
        .shows("complete");
    run(&mut on(&["verify"])).ends_with(0).shows("all whole");
}

#[test]
fn systemd_hears_when_it_is_ready_and_when_it_stops() {
    let (folder, data_dir) = open_folder();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    // Whoever the gateway becomes may write to it, as to systemd's.
    let anybody = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    fs::set_permissions(&path, anybody).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let hear = || {
        let mut message = [0; 64];
        let length = socket.recv(&mut message).expect("a message");
        String::from_utf8_lossy(&message[..length])
            .trim()
            .to_owned()
    };
    let serving = Serving::start(&data_dir, Some(&path));
    assert_eq!(hear(), "READY=1");
    assert_eq!(serving.stop(Signal::SIGINT), Some(0));
    assert_eq!(hear(), "STOPPING=1");
}

#[test]
fn a_port_in_use_names_the_option_to_change() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let (_folder, data_dir) = open_folder();
    let path = data_dir.to_str().unwrap();
    let free = "127.0.0.1:0";
    for (option, clients, operators) in [
        ("--listen", taken.as_str(), free),
        ("--admin-listen", free, taken.as_str()),
    ] {
        for command in ["serve", "demo"] {
            let arguments = [
                command,
                "--data-dir",
                path,
                "--listen",
                clients,
                "--admin-listen",
                operators,
            ];
            run(&mut program(&arguments))
                .ends_with(1)
                .says(&format!("{option} ADDR"))
                .says(&taken);
        }
    }
}

#[test]
fn root_is_told_of_a_directory_that_works() {
    // Only root becomes somebody else.
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let closed = tempfile::tempdir().unwrap();
    let data_dir = closed.path().join("data");
    let arguments = [
        &["serve", "--data-dir", data_dir.to_str().unwrap()],
        &PORTS[..],
    ]
    .concat();
    run(&mut program(&arguments))
        .ends_with(2)
        .says("/var/lib/chunkgate");
    assert!(!data_dir.exists());
}
