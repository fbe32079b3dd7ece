//! Running programs that may be missing on this machine.

use std::{env, ffi::OsStr, path::Path, process::Stdio, time::Duration};

use tokio::{process::Command, time::timeout};

/// What no client program takes, however busy the machine is.
const PATIENCE: Duration = Duration::from_mins(2);

/// A program on `scripts/clients`' list.
pub struct Program(pub &'static str);

impl Program {
    /// Whether it is here. If not, the test is to be skipped.
    ///
    /// # Panics
    /// If it is missing where it must not be.
    pub async fn is_here(&self) -> bool {
        let Self(name) = self;
        let list = in_repository("scripts/clients");
        let asked = Command::new(list).arg(name).output().await;
        let asked = asked.expect("scripts/clients runs");
        if asked.status.success() {
            return true;
        }
        let install = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
        assert_eq!(asked.status.code(), Some(1), "{name} is on the list");
        let required = ["CI", "CHUNKGATE_REQUIRE_CLIENTS"];
        assert!(
            !required.iter().any(|name| env::var_os(name).is_some()),
            "{name} is missing: {install}"
        );
        println!("skipped: {name} is missing: {install}");
        false
    }
}

/// A path among the client programs, as an argument.
pub fn source(path: &str) -> String {
    in_repository("tests/it/clients")
        .join(path)
        .display()
        .to_string()
}

/// A path among what `scripts/clients --install` installs, as an argument.
pub fn installed(path: &str) -> String {
    in_repository("target/clients")
        .join(path)
        .display()
        .to_string()
}

/// A path in the repository.
pub fn in_repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs a program to its end and returns what it printed. It reaches this machine, and nothing
/// else: everything beyond would have to go through a proxy that is not there.
pub async fn run(program: &str, arguments: impl IntoIterator<Item: AsRef<OsStr>>) -> String {
    let nobody = "http://127.0.0.1:9";
    let child = Command::new(program)
        .args(arguments)
        .env("http_proxy", nobody)
        .env("https_proxy", nobody)
        .env("no_proxy", "127.0.0.1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let output = timeout(PATIENCE, child.wait_with_output())
        .await
        .unwrap_or_else(|_| panic!("{program} takes too long"))
        .expect("an end");
    let [printed, complained] =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(
        output.status.success(),
        "{program} failed:\n{printed}\n{complained}"
    );
    printed
}
