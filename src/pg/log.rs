//! The server's log: a file of bounded size, and its end for error messages.

use std::{
    fs::{self, File},
    io::{self, PipeReader, PipeWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use tokio::{sync::oneshot, time::timeout};

use super::PgError;

/// The size at which the log becomes `.1` and a new one begins, in bytes.
const ROTATE_AT: u64 = 8 * 1024 * 1024;

/// How much of the log's end goes into an error message, in bytes.
const TAIL: u64 = 2048;

/// How long the last lines of a server that ended may take to reach the file.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Copies what one run of the server says into the log file.
///
/// The server writes to a pipe and not to the file, because only so the file can be bounded
/// without the server's help. A thread of its own reads the pipe: the server's processes wait
/// while it is full, so it must not depend on how busy the runtime is.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    ended: oneshot::Receiver<()>,
}

impl Log {
    /// Opens the log at `path` for one run, and the pipe the server is to write to.
    pub(super) fn open(path: &Path) -> Result<(Self, PipeWriter), PgError> {
        let (reader, writer) = io::pipe().map_err(PgError::io("open a pipe for", path))?;
        let mut file = Rotating::open(path).map_err(PgError::io("open", path))?;
        let (end, ended) = oneshot::channel();
        thread::Builder::new()
            .name("postgres-log".to_owned())
            .spawn(move || {
                copy(reader, &mut file);
                // Nobody listens unless the server failed.
                let _ = end.send(());
            })
            .map_err(PgError::io("start a thread for", path))?;
        let path = path.to_owned();
        Ok((Self { path, ended }, writer))
    }

    /// The end of the log, once the server that ended has said its last.
    pub(super) async fn last_words(&mut self) -> String {
        // A process that outlives the server may hold the pipe: then what is there must do.
        let _ = timeout(LAST_LINES, &mut self.ended).await;
        tail(&self.path).unwrap_or_else(|error| format!("(cannot be read: {error})"))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Reads to the end, whatever happens to the file: a server must never wait for its log.
fn copy(mut reader: PipeReader, file: &mut Rotating) {
    let mut buffer = [0; 8192];
    let mut failing = false;
    while let Ok(length @ 1..) = reader.read(&mut buffer) {
        let result = file.append(&buffer[..length]);
        if let Err(error) = &result
            && !failing
        {
            tracing::warn!(%error, path = %file.path.display(), "cannot write PostgreSQL's log");
        }
        failing = result.is_err();
    }
}

struct Rotating {
    path: PathBuf,
    file: File,
    size: u64,
}

impl Rotating {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().create(true).append(true).open(path)?;
        let size = file.metadata()?.len();
        let path = path.to_owned();
        Ok(Self { path, file, size })
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.size >= ROTATE_AT {
            fs::rename(&self.path, self.path.with_extension("log.1"))?;
            *self = Self::open(&self.path)?;
        }
        self.size += bytes.len() as u64;
        self.file.write_all(bytes)
    }
}

/// The last [`TAIL`] bytes of the file, from the beginning of a line.
fn tail(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let start = file.metadata()?.len().saturating_sub(TAIL);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let whole_lines = match text.split_once('\n') {
        Some((_, rest)) if start > 0 => rest,
        Some(_) | None => &text,
    };
    Ok(whole_lines.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_keeps_one_predecessor_and_stays_bounded() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("postgres.log");
        let mut log = Rotating::open(&path).expect("a log");
        let line = vec![b'x'; 1024 * 1024];
        for _ in 0..20 {
            log.append(&line).expect("space");
        }

        let size = |name: &str| {
            directory
                .path()
                .join(name)
                .metadata()
                .map(|data| data.len())
        };
        assert_eq!(size("postgres.log").expect("the log"), 4 * 1024 * 1024);
        assert_eq!(size("postgres.log.1").expect("its predecessor"), ROTATE_AT);
        assert_eq!(
            fs::read_dir(directory.path()).expect("a directory").count(),
            2
        );
    }

    #[test]
    fn the_tail_begins_with_a_whole_line() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("postgres.log");
        let lines: Vec<String> = (0..1000).map(|n| format!("line {n}\n")).collect();
        fs::write(&path, lines.concat()).expect("space");

        let tail = tail(&path).expect("a tail");
        assert!(tail.starts_with("line "), "{tail}");
        assert!(tail.ends_with("line 999"), "{tail}");
        assert!(tail.len() as u64 <= TAIL);
    }
}
