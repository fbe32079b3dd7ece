//! Running the program.

use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

use crate::support::{gateway::Gateway, postgres::TestDatabase, process::without_settings};

/// The program with these arguments, and none of the settings of whoever runs the tests.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chunkgate"));
    without_settings(&mut command);
    command.args(arguments);
    command
}

/// The program on this database and data directory.
pub fn program_on(database: &TestDatabase, data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = program(arguments);
    command
        .env("CHUNKGATE__DATABASE__URL", database.url())
        .env("CHUNKGATE__DATABASE__ALLOW_UNSAFE_DURABILITY", "true")
        .env("CHUNKGATE__SERVER__DATA_DIR", data_dir);
    command
}

/// The program beside this gateway.
pub fn program_beside(gateway: &Gateway, arguments: &[&str]) -> Command {
    program_on(&gateway.database, gateway.directory.path(), arguments)
}

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs to the end, with nothing on standard input.
pub fn run(command: &mut Command) -> Run {
    run_with_input(command, "")
}

/// Runs to the end.
pub fn run_with_input(command: &mut Command, input: &str) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    // A program that reads no input may have ended already.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    ended(&child.wait_with_output().expect("the program ends"))
}

pub fn ended(output: &Output) -> Run {
    Run {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Run {
    /// The exit code is this one.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    /// The message on standard error has these words.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "no {words:?} in {self:?}");
        self
    }

    /// The result on standard output has these words.
    #[track_caller]
    pub fn shows(self, words: &str) -> Self {
        assert!(self.stdout.contains(words), "no {words:?} in {self:?}");
        self
    }

    /// Each line of the result as JSON.
    #[track_caller]
    pub fn json(&self) -> Vec<serde_json::Value> {
        let lines = self.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{self:?}")))
            .collect()
    }
}

/// The program while it runs; killed with its test.
#[derive(Debug)]
pub struct Running(pub Child);

impl Running {
    /// Sends it a signal.
    pub fn ask(&self, signal: Signal) {
        let process = self.0.id().try_into().expect("a process number");
        kill(Pid::from_raw(process), signal).expect("it runs");
    }

    /// Asks it to stop and waits for its end; returns its exit code.
    pub fn stop(mut self, signal: Signal) -> Option<i32> {
        self.ask(signal);
        self.0.wait().expect("it ends").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
    }
}

/// A folder that any user may enter, so that root's successor can.
pub fn open_folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("its mode");
    let data_dir = folder.path().join("data");
    (folder, data_dir)
}
