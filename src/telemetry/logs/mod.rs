//! Log lines, on standard error or in a file: text for people, or one JSON object a line.
//!
//! A line never holds credentials or query strings; texts of clients are logged as quoted fields
//! (`name = ?name`), so that they cannot imitate a line.

mod lines;
mod panics;

use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use tracing::{Level, Subscriber};
use tracing_subscriber::{
    EnvFilter, Registry,
    filter::ParseError,
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    reload,
    util::{SubscriberInitExt, TryInitError},
};

use crate::settings::{Log, LogFormat};
use lines::{Lines, Output};

/// The variable that overrules `log.level`, with a level for each module if need be.
const FILTER_VARIABLE: &str = "RUST_LOG";

/// How long the end of the process waits for its last lines to be written.
const LAST_LINES: Duration = Duration::from_secs(2);

/// The lines of this process, once it writes them by a thread.
static LINES: OnceLock<Lines> = OnceLock::new();

/// Why no log lines can be written.
#[derive(Debug, thiserror::Error)]
pub enum LogsError {
    /// The variable `RUST_LOG` cannot be understood.
    #[error(
        "the environment variable RUST_LOG is `{value}`: {source}; allowed: a level, or `module=level` separated by commas, as in `info,chunkgate::engine=debug`"
    )]
    Filter {
        /// What it holds.
        value: String,
        /// What is wrong with it.
        source: ParseError,
    },
    /// The file cannot be opened.
    #[error(
        "log.file (CHUNKGATE__LOG__FILE): {path} cannot be opened: {source}; name a file in a directory to which the user of the gateway may write"
    )]
    File {
        /// What it names.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// No thread, or no descriptor.
    #[error("log lines cannot be written: {0}")]
    Io(#[from] io::Error),
    /// Something else in this process took the log lines first.
    #[error("log lines are already written elsewhere: {0}")]
    Taken(#[from] TryInitError),
}

/// The log of a gateway.
pub struct Logs {
    lines: Lines,
    filter: reload::Handle<EnvFilter, Registry>,
}

impl Logs {
    /// Starts writing log lines in the way of `settings`, and logs panics; once a process, before
    /// anything is logged. No failure of the output reaches who logs: see [`lost`] and [`failing`].
    ///
    /// # Errors
    /// [`LogsError`]; every message names what to do.
    pub fn start(settings: &Log) -> Result<Self, LogsError> {
        let filter = filter(settings.level, overruling())?;
        let lines = Lines::start(output(settings.file.as_deref())?)?;
        let colours = settings.file.is_none() && io::stderr().is_terminal();
        let (subscriber, filter) = subscriber(settings.format, filter, colours, lines.clone());
        subscriber.try_init()?;
        panics::log_panics();
        let _once = LINES.set(lines.clone());
        Ok(Self { lines, filter })
    }

    /// Takes the level of `settings`, and opens its file anew: after `logrotate` has renamed it,
    /// or because it is another one. Blocks.
    ///
    /// # Errors
    /// If the file cannot be opened; then nothing has changed.
    pub fn reload(&self, settings: &Log) -> Result<(), LogsError> {
        let filter = filter(settings.level, overruling())?;
        self.lines.redirect(output(settings.file.as_deref())?);
        // It fails only for a subscriber that has gone, and this one never does.
        let _ = self.filter.reload(filter);
        Ok(())
    }

    /// Whether a variable overrules `log.level`.
    pub fn level_is_overruled() -> bool {
        overruling().is_some()
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        flush();
    }
}

/// Waits a little for the last lines of the process to be written.
pub fn flush() {
    if let Some(lines) = LINES.get() {
        lines.flush(LAST_LINES);
    }
}

/// How many lines were lost, because they could not be written.
pub fn lost() -> u64 {
    LINES.get().map_or(0, Lines::lost)
}

/// Why the last lines were lost; `None` if the last one was written.
pub fn failing() -> Option<String> {
    LINES.get().and_then(Lines::failing)
}

/// Starts writing log lines of `level` and above to standard error, for a command that ends by
/// itself. A line that cannot be written is lost.
///
/// # Errors
/// [`LogsError`] for a `RUST_LOG` that cannot be understood, and when called twice.
pub fn init_command(format: LogFormat, level: Level) -> Result<(), LogsError> {
    let filter = filter(level, overruling())?;
    let colours = io::stderr().is_terminal();
    let (subscriber, _) = subscriber(format, filter, colours, || Forgiving);
    subscriber.try_init()?;
    Ok(())
}

/// Standard error, whose failures are nobody's business.
struct Forgiving;

impl Write for Forgiving {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _lost = io::stderr().write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn output(file: Option<&Path>) -> Result<Output, LogsError> {
    match file {
        Some(path) => Output::file(path).map_err(|source| LogsError::File {
            path: path.to_owned(),
            source,
        }),
        None => Ok(Output::stderr()?),
    }
}

fn overruling() -> Option<String> {
    let value = std::env::var(FILTER_VARIABLE).ok()?;
    (!value.trim().is_empty()).then_some(value)
}

/// What is logged: `overruling` if it says anything, else `level` of our own modules.
fn filter(level: Level, overruling: Option<String>) -> Result<EnvFilter, LogsError> {
    if let Some(value) = overruling {
        return EnvFilter::builder()
            .parse(&value)
            .map_err(|source| LogsError::Filter { value, source });
    }
    // Libraries tell every packet at `debug`; only their warnings are of use to an operator.
    let libraries = level.min(Level::WARN);
    // What these two warn of is no operator's business: strangers that speak no HTTP, and what the
    // gateway says itself when the database goes.
    Ok(EnvFilter::new(format!(
        "{libraries},actix_http=off,deadpool=off,chunkgate={level}"
    )))
}

fn subscriber<W>(
    format: LogFormat,
    filter: EnvFilter,
    colours: bool,
    writer: W,
) -> (
    Box<dyn Subscriber + Send + Sync>,
    reload::Handle<EnvFilter, Registry>,
)
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let (filter, handle) = reload::Layer::new(filter);
    let registry = tracing_subscriber::registry().with(filter);
    // Its own complaints about the writer go to standard error, and panic if that fails.
    let lines = fmt::layer().with_writer(writer).log_internal_errors(false);
    let subscriber: Box<dyn Subscriber + Send + Sync> = match format {
        LogFormat::Text => Box::new(registry.with(lines.with_ansi(colours))),
        LogFormat::Json => Box::new(registry.with(lines.json().flatten_event(true))),
    };
    (subscriber, handle)
}

#[cfg(test)]
mod tests {
    use std::{io::Seek, sync::Arc};

    use super::*;

    /// The lines that `log` writes through a subscriber of the given form.
    fn lines(format: LogFormat, filter: EnvFilter, log: impl FnOnce()) -> Vec<String> {
        let written = Arc::new(tempfile::tempfile().unwrap());
        let (subscriber, _) = subscriber(format, filter, false, Arc::clone(&written));
        tracing::subscriber::with_default(subscriber, log);
        (&*written).rewind().unwrap();
        let text = io::read_to_string(&*written).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_json_line_is_one_object_with_its_fields_at_the_top() {
        let filter = filter(Level::INFO, None).unwrap();
        let lines = lines(LogFormat::Json, filter, || {
            tracing::info!(session = 7, name = ?"a\nb", "chunk stored");
        });
        assert_eq!(lines.len(), 1, "{lines:?}");
        let line: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(line["message"], "chunk stored");
        assert_eq!(line["session"], 7);
        assert_eq!(line["level"], "INFO");
    }

    #[test]
    fn a_text_line_reads_as_one_line() {
        let filter = filter(Level::INFO, None).unwrap();
        let lines = lines(LogFormat::Text, filter, || {
            tracing::info!(session = 7, name = ?"a\nb", "chunk stored");
        });
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(
            lines[0].ends_with(r#"chunk stored session=7 name="a\nb""#),
            "{lines:?}"
        );
    }

    #[test]
    fn the_level_is_that_of_our_modules_and_libraries_only_warn() {
        let filter = filter(Level::DEBUG, None).unwrap();
        let lines = lines(LogFormat::Text, filter, || {
            tracing::debug!("ours");
            tracing::trace!("too fine");
            tracing::info!(target: "tokio_postgres", "library chatter");
            tracing::warn!(target: "tokio_postgres", "library warning");
        });
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains("ours") && lines[1].contains("library warning"));
    }

    #[test]
    fn the_variable_overrules_the_level() {
        let filter = filter(Level::INFO, Some("error".to_owned())).unwrap();
        let lines = lines(LogFormat::Text, filter, || tracing::info!("unseen"));
        assert_eq!(lines, [""; 0]);
    }

    #[test]
    fn a_variable_that_cannot_be_understood_is_named() {
        let error = filter(Level::INFO, Some("chunkgate=loud".into())).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("RUST_LOG") && text.contains("chunkgate=loud"),
            "{text}"
        );
    }
}
