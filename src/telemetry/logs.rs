//! Log lines, on standard error: text for people, or one JSON object a line.
//!
//! A line never holds credentials or query strings; texts of clients are logged as quoted fields
//! (`name = ?name`), so that they cannot imitate a line.

use std::io::{self, IsTerminal};

use tracing::{Level, Subscriber};
use tracing_subscriber::{
    EnvFilter,
    filter::ParseError,
    fmt::{self, MakeWriter},
    util::{SubscriberInitExt, TryInitError},
};

use crate::settings::LogFormat;

/// The variable that overrules `log.level`, with a level for each module if need be.
const FILTER_VARIABLE: &str = "RUST_LOG";

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
    /// Something else in this process took the log lines first.
    #[error("log lines are already written elsewhere: {0}")]
    Taken(#[from] TryInitError),
}

/// Starts writing log lines of `level` and above; once a process, before anything is logged.
///
/// # Errors
/// [`LogsError`] for a `RUST_LOG` that cannot be understood, and when called twice.
pub fn init(format: LogFormat, level: Level) -> Result<(), LogsError> {
    let filter = filter(level, std::env::var(FILTER_VARIABLE).ok())?;
    subscriber(format, filter, io::stderr().is_terminal(), io::stderr).try_init()?;
    Ok(())
}

/// What is logged: `overruling` if it says anything, else `level` of our own modules.
fn filter(level: Level, overruling: Option<String>) -> Result<EnvFilter, LogsError> {
    if let Some(value) = overruling.filter(|value| !value.trim().is_empty()) {
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
) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let builder = fmt::fmt().with_env_filter(filter).with_writer(writer);
    match format {
        LogFormat::Text => Box::new(builder.with_ansi(colours).finish()),
        LogFormat::Json => Box::new(builder.json().flatten_event(true).finish()),
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Seek, sync::Arc};

    use super::*;

    /// The lines that `log` writes through a subscriber of the given form.
    fn lines(format: LogFormat, filter: EnvFilter, log: impl FnOnce()) -> Vec<String> {
        let written = Arc::new(tempfile::tempfile().unwrap());
        let subscriber = subscriber(format, filter, false, Arc::clone(&written));
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
    fn the_variable_overrules_the_level_and_an_empty_one_does_not() {
        let info_only = |overruling: &str| {
            let filter = filter(Level::INFO, Some(overruling.to_owned())).unwrap();
            lines(LogFormat::Text, filter, || tracing::info!("seen")).len()
        };
        assert_eq!(info_only("error"), 0);
        assert_eq!(info_only(" "), 1);
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
