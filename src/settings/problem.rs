//! Why settings are refused, in words that name the mend.

use std::{
    fmt::{self, Write},
    io,
    path::PathBuf,
};

use super::{Origin, layers::variable};

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The configuration file cannot be read.
    #[error("cannot read the configuration file {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The configuration file is not TOML.
    #[error("the configuration file {} is not valid TOML at line {line}: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the parser missed.
        reason: String,
    },
    /// The environment cannot be read.
    #[error("cannot read the environment: {0}")]
    Environment(config::ConfigError),
    /// Some settings have values that are not allowed, or names that do not exist; all of them are listed.
    #[error("{}", list(.0))]
    Invalid(Vec<Problem>),
}

fn list(problems: &[Problem]) -> String {
    let mut text = "the settings cannot be used:".to_owned();
    for problem in problems {
        let _ = write!(text, "\n  - {problem}");
    }
    text
}

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A value that is not allowed, by itself or beside that of another setting.
    Value {
        /// The setting.
        key: String,
        /// What was given; hidden if it is a secret.
        value: String,
        /// What would be allowed, naming the other setting if there is one.
        allowed: String,
        /// Who gave it.
        origin: Origin,
    },
    /// A name that is no setting. Its value is not shown: it may be a secret with a mistyped name.
    Unknown {
        /// The name as given.
        name: String,
        /// Who gave it.
        origin: Origin,
        /// The setting that was probably meant, in the same notation.
        meant: Option<String>,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value {
                key,
                value,
                allowed,
                origin,
            } => write!(
                f,
                "{key} is `{value}` (from: {origin}); allowed: {allowed}. Set {key} in the file, or {}",
                variable(key)
            ),
            Self::Unknown {
                name,
                origin,
                meant,
            } => {
                write!(f, "{name} (from: {origin}) is no setting")?;
                match meant {
                    Some(meant) => write!(f, "; did you mean {meant}?"),
                    None => f.write_str("; `chunkgate check-config` lists all settings"),
                }
            }
        }
    }
}
