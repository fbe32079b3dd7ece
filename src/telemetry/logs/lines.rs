//! Log lines on their way out: a queue, and a thread that writes it.
//!
//! Whoever logs neither waits nor fails, whatever has become of the output: a full disk, a reader
//! that has gone, a reader that does not read. Such a line is lost and counted, and once lines come
//! through again, one says how many are missing.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, Write},
    os::{
        fd::{AsFd, OwnedFd},
        unix::fs::OpenOptionsExt,
    },
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::OFlags,
    io::Errno,
};
use tracing::warn;
use tracing_subscriber::fmt::MakeWriter;

/// Bytes that wait for the output: some thousand lines, seconds of a busy gateway, so that a short
/// pause of their reader loses none. Further lines are lost.
const QUEUED: usize = 1 << 20;
/// Lines that wait, so that short ones do not take many times their bytes in memory.
const QUEUED_LINES: usize = 1 << 13;
/// Bytes of one write to what is no file: a pipe that is ready takes so many at once (`PIPE_BUF`).
const PORTION: usize = 4096;
/// How often the thread looks for another output, while the present one takes nothing.
const LOOK_AGAIN: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 200_000_000,
};

/// Why lines that found the queue full are lost.
const NOT_READ: &str = "the log is not read";

/// Where lines are written.
#[derive(Debug)]
pub(super) struct Output {
    descriptor: OwnedFd,
    is_file: bool,
    /// A line was cut off: the next one must not be taken for its rest.
    torn: bool,
}

impl Output {
    /// Standard error.
    pub(super) fn stderr() -> io::Result<Self> {
        io::stderr().as_fd().try_clone_to_owned().map(Self::new)
    }

    /// The end of a file, which is made if it is not there.
    pub(super) fn file(path: &Path) -> io::Result<Self> {
        // A named pipe that nobody reads is an error, and nothing that a start or a reload waits for.
        let file = File::options()
            .create(true)
            .append(true)
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(path)?;
        Ok(Self::new(file.into()))
    }

    fn new(descriptor: OwnedFd) -> Self {
        let is_file = rustix::fs::fstat(&descriptor)
            .is_ok_and(|status| rustix::fs::FileType::from_raw_mode(status.st_mode).is_file());
        Self {
            descriptor,
            is_file,
            torn: false,
        }
    }

    /// Whether a portion can be written without waiting for a reader, or waits in vain for a while.
    fn is_ready(&self) -> io::Result<bool> {
        if self.is_file {
            return Ok(true);
        }
        let mut asked = [PollFd::new(&self.descriptor, PollFlags::OUT)];
        match poll(&mut asked, Some(&LOOK_AGAIN)) {
            // An error of the output counts as ready: the write will name it.
            Ok(ready) => Ok(ready > 0),
            Err(Errno::INTR | Errno::AGAIN) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = if self.is_file {
            bytes.len()
        } else {
            bytes.len().min(PORTION)
        };
        match rustix::io::write(&self.descriptor, &bytes[..length]) {
            Ok(0) => Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => Ok(written),
            // A pipe that is non-blocking, of ours or made so by somebody who shares it.
            Err(Errno::INTR | Errno::AGAIN) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}

/// The queue, as those see it who log.
#[derive(Clone, Debug)]
pub(super) struct Lines(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// There is a line, or another output.
    work: Condvar,
    /// Everything was written.
    idle: Condvar,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Vec<u8>>,
    bytes: usize,
    writing: bool,
    /// To be written to from now on.
    next: Option<Output>,
    lost: u64,
    /// Of these, those since lines come through, and why the last one of them was lost.
    lately: u64,
    reason: String,
}

impl State {
    fn lose(&mut self, reason: impl FnOnce() -> String) {
        self.lost += 1;
        self.lately += 1;
        self.reason = reason();
    }
}

impl Lines {
    /// Starts the thread that writes lines to `output`, for as long as the process lives.
    pub(super) fn start(output: Output) -> io::Result<Self> {
        let lines = Self(Arc::default());
        let writer = lines.clone();
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || writer.write_out(output))?;
        Ok(lines)
    }

    /// Writes to another output from now on; a line that the present one does not take included.
    pub(super) fn redirect(&self, output: Output) {
        self.state().next = Some(output);
        self.0.work.notify_one();
    }

    /// Waits until everything is written, at most so long.
    pub(super) fn flush(&self, most: Duration) {
        let until = Instant::now() + most;
        let mut state = self.state();
        while state.writing || !state.queue.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.0.idle.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// How many lines were lost in all.
    pub(super) fn lost(&self) -> u64 {
        self.state().lost
    }

    /// Why the last lines were lost, if they were.
    pub(super) fn failing(&self) -> Option<String> {
        let state = self.state();
        let State { lately, reason, .. } = &*state;
        (*lately > 0).then(|| format!("log lines are lost ({lately} so far): {reason}"))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, line: &[u8]) {
        let mut state = self.state();
        if state.bytes + line.len() > QUEUED || state.queue.len() >= QUEUED_LINES {
            state.lose(|| NOT_READ.to_owned());
            return;
        }
        state.bytes += line.len();
        state.queue.push_back(line.to_vec());
        self.0.work.notify_one();
    }

    fn write_out(&self, mut output: Output) {
        loop {
            let line = self.next_line(&mut output);
            match self.write_line(&mut output, &line) {
                Ok(()) => self.written(),
                Err(error) => self.state().lose(|| error.to_string()),
            }
        }
    }

    fn next_line(&self, output: &mut Output) -> Vec<u8> {
        let mut state = self.state();
        loop {
            if let Some(next) = state.next.take() {
                *output = next;
            }
            if let Some(line) = state.queue.pop_front() {
                state.bytes -= line.len();
                state.writing = true;
                return line;
            }
            state.writing = false;
            self.0.idle.notify_all();
            state = self
                .0
                .work
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn write_line(&self, output: &mut Output, line: &[u8]) -> io::Result<()> {
        let mut rest = line;
        while !rest.is_empty() {
            if !output.is_ready()? {
                if let Some(next) = self.state().next.take() {
                    *output = next;
                    rest = line;
                }
                continue;
            }
            if output.torn {
                output.torn = output.write(b"\n")? == 0;
                continue;
            }
            match output.write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(error) => {
                    output.torn = rest.len() < line.len();
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Lines come through: says how many did not, once there is room for that.
    fn written(&self) {
        let (lines, reason) = {
            let mut state = self.state();
            if state.lately == 0 || state.bytes > QUEUED / 2 || state.queue.len() > QUEUED_LINES / 2
            {
                return;
            }
            (
                std::mem::take(&mut state.lately),
                std::mem::take(&mut state.reason),
            )
        };
        warn!(lines, reason, "log lines were lost");
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl Write for &Lines {
    /// One line, whole.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.put(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{PipeReader, Read, pipe},
    };

    use super::*;

    /// Well over what the thread needs on a loaded machine.
    const PATIENCE: Duration = Duration::from_secs(30);

    fn piped() -> (Lines, PipeReader) {
        let (reader, writer) = pipe().expect("a pipe");
        let lines = Lines::start(Output::new(writer.into())).expect("a thread");
        (lines, reader)
    }

    fn until(what: &str, holds: impl Fn() -> bool) {
        let begun = Instant::now();
        while !holds() {
            assert!(begun.elapsed() < PATIENCE, "{what}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn lines_come_out_whole_and_in_order() {
        let (lines, mut reader) = piped();
        let long = "x".repeat(3 * PORTION);
        let written: Vec<String> = (0..50).map(|n| format!("{n} {long}\n")).collect();
        let reading = thread::spawn(move || {
            let mut text = vec![0; 50 * (3 * PORTION + 2) + 90];
            reader.read_exact(&mut text).expect("all of it");
            text
        });
        for line in &written {
            lines.put(line.as_bytes());
        }
        lines.flush(PATIENCE);
        assert_eq!(lines.lost(), 0);
        assert!(reading.join().expect("no panic") == written.concat().as_bytes());
    }

    #[test]
    fn a_reader_that_does_not_read_costs_lines_and_no_time() {
        let (lines, reader) = piped();
        let line = vec![b'x'; 64 << 10];
        for _ in 0..3 * QUEUED / line.len() {
            lines.put(&line);
        }
        assert!(lines.lost() > 0);
        let why = lines.failing().expect("it is known");
        assert!(why.contains(NOT_READ), "{why}");
        // An end does not wait for it either.
        let begun = Instant::now();
        lines.flush(Duration::from_millis(100));
        assert!(begun.elapsed() < PATIENCE);
        drop(reader);
    }

    #[test]
    fn another_output_gets_what_the_first_did_not_take() {
        let (lines, reader) = piped();
        for n in 0..10 {
            lines.put(format!("{n} {}\n", "x".repeat(32 << 10)).as_bytes());
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        lines.redirect(Output::file(&path).expect("a file"));
        lines.flush(PATIENCE);
        let text = fs::read_to_string(&path).expect("a log");
        let first = text.lines().next().expect("a line");
        assert!(first.len() == (32 << 10) + 2, "a whole line");
        assert!(
            text.lines()
                .last()
                .is_some_and(|line| line.starts_with("9 "))
        );
        assert_eq!(lines.failing(), None);
        drop(reader);
    }

    #[test]
    fn a_full_disk_and_a_reader_that_has_gone_are_named() {
        let full = File::options()
            .write(true)
            .open("/dev/full")
            .expect("a device");
        let lines = Lines::start(Output::new(full.into())).expect("a thread");
        lines.put(b"one\n");
        until("a loss", || lines.lost() == 1);
        assert!(
            lines
                .failing()
                .is_some_and(|why| why.contains("No space left"))
        );

        let (lines, reader) = piped();
        drop(reader);
        lines.put(b"one\n");
        until("a loss", || lines.lost() == 1);
        assert!(
            lines
                .failing()
                .is_some_and(|why| why.contains("Broken pipe"))
        );
    }

    #[test]
    fn a_named_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).expect("a named pipe");
        let nobody_reads = Output::file(&path).expect_err("nobody reads it");
        assert_eq!(
            nobody_reads.raw_os_error(),
            Some(Errno::NXIO.raw_os_error())
        );
        let mut reader = File::options()
            .read(true)
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(&path)
            .expect("a reader");
        let lines = Lines::start(Output::file(&path).expect("it is read")).expect("a thread");
        lines.put(b"one\n");
        lines.flush(PATIENCE);
        let mut text = [0; 4];
        reader.read_exact(&mut text).expect("the line");
        assert_eq!(&text, b"one\n");
    }

    #[test]
    fn a_line_that_was_cut_off_does_not_run_into_the_next_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let mut output = Output::file(&path).expect("a file");
        output.torn = true;
        let lines = Lines::start(output).expect("a thread");
        lines.put(b"one\n");
        lines.flush(PATIENCE);
        assert_eq!(fs::read(&path).expect("a log"), b"\none\n");
    }
}
