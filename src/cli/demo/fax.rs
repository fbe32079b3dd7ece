//! The last station of the demo: the upload becomes a fax, and lies in the spool.

use std::{
    fmt::Write,
    fs, io,
    path::Path,
    time::{Duration, Instant},
};

use crate::fax::{
    delivery::Attempt,
    item::{FaxItem, TransactionId, TransactionState},
    repository::FaxRepository,
};

use super::{Failure, output::thousands};

/// A number that is kept free for films and books.
pub(super) const NUMBER: &str = "+442079460123";
/// How long handing over may take.
const WITHIN: Duration = Duration::from_secs(30);
/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// Lines of `fax.json` that are shown.
const LINES: usize = 10;

/// Waits until a fax was handed over; its attempt.
pub(super) async fn handed_over(
    repository: &dyn FaxRepository,
    id: TransactionId,
) -> Result<Attempt, Failure> {
    let deadline = Instant::now() + WITHIN;
    loop {
        let fax = repository.faxes(&[id]).await?.into_iter().next();
        if let Some(attempt) = fax.as_ref().and_then(attempt) {
            return Ok(attempt);
        }
        if Instant::now() >= deadline {
            return Err(Failure::Failed(format!(
                "fax {id} was not handed over in {} s: {}",
                WITHIN.as_secs(),
                fax.as_ref().map_or("it is gone", why)
            )));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn attempt(fax: &FaxItem) -> Option<Attempt> {
    let queued = fax.queue.as_ref()?;
    (fax.state == TransactionState::HandedOver).then_some(Attempt {
        transaction: fax.id,
        number: queued.attempt,
    })
}

fn why(fax: &FaxItem) -> &str {
    match &fax.queue {
        Some(queued) if !queued.last_error.is_empty() => &queued.last_error,
        Some(_) | None => fax.state.as_str(),
    }
}

/// What lies in a fax's directory.
pub(super) fn contents(directory: &Path) -> Result<String, Failure> {
    let shown = directory.display();
    let cannot_read = || Failure::io(format!("cannot read {shown}"));
    let mut files = fs::read_dir(directory)
        .and_then(|entries| entries.map(file).collect::<io::Result<Vec<_>>>())
        .map_err(cannot_read())?;
    files.sort();
    let mut text = format!("\nThe fax lies in the spool, in {shown}\n");
    for (name, length) in files {
        let _ = writeln!(text, "  {name:10} {:>10} bytes", thousands(length));
    }
    let description = fs::read_to_string(directory.join("fax.json")).map_err(cannot_read())?;
    let _ = writeln!(text, "\nfax.json begins with");
    for line in description.lines().take(LINES) {
        let _ = writeln!(text, "  {line}");
    }
    Ok(text)
}

fn file(entry: io::Result<fs::DirEntry>) -> io::Result<(String, u64)> {
    let entry = entry?;
    let name = entry.file_name().to_string_lossy().into_owned();
    Ok((name, entry.metadata()?.len()))
}

/// What a program that sends faxes would do with it.
pub(super) fn how_to_finish(id: TransactionId, directory: &Path, data_dir: &Path) -> String {
    let (directory, data_dir) = (quoted(directory), quoted(data_dir));
    format!(
        r"
A program of yours takes it, sends it, and says how that ended. Play its part in another shell:
  cd {directory}
  mkdir taken
  echo done > status.tmp && mv status.tmp status
  chunkgate fax list --data-dir {data_dir}

Fax {id} is then `sent`, in this list and for its client.
"
    )
}

/// A path as a word of a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if text.chars().all(is_plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::quoted;

    #[test]
    fn a_path_is_one_word() {
        assert_eq!(quoted(Path::new("/var/spool-1")), "/var/spool-1");
        assert_eq!(quoted(Path::new("/it's $HOME")), r"'/it'\''s $HOME'");
    }
}
