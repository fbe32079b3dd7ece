//! One run of a program on what a stranger sent: bounded, and never left behind.

use std::{
    ffi::OsString,
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, Command},
};

use super::ImageError;

/// Sets the limits, then becomes the program. What varies comes as arguments, never as code.
const LIMITED: &str = r#"ulimit -c 0 && ulimit -t "$1" && ulimit -v "$2" && ulimit -f "$3" && ulimit -n "$4" && shift 4 && exec "$@""#;

/// Where the programs are that a wrapper around Ghostscript may need.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A name that no directory has: temporary files could fill the disk, as only the size of each is
/// limited and not their number. Ghostscript draws in memory instead.
const NO_TEMPORARY_FILES: &str = "no-temporary-files";

/// Files open at once: the image, the documents one after the other, fonts.
const OPEN_FILES: u64 = 64;

/// How much of the end of what it says is kept, in bytes.
const TAIL: usize = 2048;

/// The unit of `ulimit -f`, in bytes.
const BLOCK: u64 = 512;

/// What one run may use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// CPU time; it matters only when nobody is left to kill the child.
    pub(super) cpu: Duration,
    /// Address space, in bytes.
    pub(super) memory: u64,
    /// Size of a file, in bytes.
    pub(super) file: u64,
}

/// How a run ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    /// The end of what it said, without control characters.
    pub(super) output: String,
}

/// Runs `program` in `directory` to its end. When the future is dropped, so is everything that it
/// started.
pub(super) async fn run(
    program: &Path,
    arguments: Vec<OsString>,
    directory: &Path,
    limits: Limits,
) -> Result<Ended, ImageError> {
    let cpu = limits.cpu.as_secs().saturating_add(2);
    let numbers = [
        cpu,
        limits.memory.div_ceil(1024),
        limits.file.div_ceil(BLOCK),
        OPEN_FILES,
    ];
    let nowhere = directory.join(NO_TEMPORARY_FILES);
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", LIMITED, "sh"])
        .args(numbers.map(|number| number.to_string()))
        .arg(program)
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .envs([("PATH", PATH), ("LC_ALL", "C")])
        .envs([("TMPDIR", &nowhere), ("HOME", &nowhere)])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    let failed = || ImageError::io("run", program);
    let mut group = Group(command.spawn().map_err(failed())?);
    let output = match group.0.stderr.take() {
        Some(stderr) => tail(stderr).await,
        None => String::new(),
    };
    let status = group.0.wait().await.map_err(failed())?;
    Ok(Ended { status, output })
}

/// A child with its process group.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // Until the child is waited for, the number is its own.
        if let Some(leader) = self.0.id().and_then(|id| i32::try_from(id).ok()) {
            let _ = killpg(Pid::from_raw(leader), Signal::SIGKILL);
        }
    }
}

/// Reads to the end, whatever the length, and keeps the last [`TAIL`] bytes.
async fn tail(mut from: impl AsyncRead + Unpin) -> String {
    let mut kept = Vec::with_capacity(3 * TAIL);
    let mut buffer = [0; TAIL];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        kept.extend_from_slice(&buffer[..length]);
        if kept.len() > 2 * TAIL {
            kept.drain(..kept.len() - TAIL);
        }
    }
    kept.drain(..kept.len().saturating_sub(TAIL));
    // It quotes the documents, and goes to a log.
    String::from_utf8_lossy(&kept)
        .chars()
        .filter(|character| *character == '\n' || !character.is_control())
        .collect::<String>()
        .trim()
        .to_owned()
}
