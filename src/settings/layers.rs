//! The layers that overrule the defaults: file, environment, command line.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fmt, fs,
    path::{Path, PathBuf},
};

use config::{ConfigError, Environment, File, FileFormat, Source, Value, ValueKind};

use super::SettingsError;

/// What variables begin with; then come the section and the key, as in `CHUNKGATE__SERVER__LISTEN`.
const PREFIX: &str = "CHUNKGATE";

/// Where settings come from, the weakest first.
#[derive(Clone, Default)]
pub struct Sources {
    /// The configuration file (TOML), if there is one.
    pub file: Option<PathBuf>,
    /// Environment variables; those not of this program are ignored.
    pub environment: BTreeMap<String, String>,
    /// Values of the command line by the name of the setting (`server.listen`).
    pub flags: BTreeMap<String, String>,
}

impl Sources {
    /// The environment of this process, below `flags` and above `file`.
    pub fn of_process(file: Option<PathBuf>, flags: BTreeMap<String, String>) -> Self {
        let lossy = |text: OsString| text.to_string_lossy().into_owned();
        Self {
            file,
            environment: env::vars_os()
                .map(|(name, value)| (lossy(name), lossy(value)))
                .filter(|(name, _)| belongs(name))
                .collect(),
            flags,
        }
    }
}

impl fmt::Debug for Sources {
    /// Names only: a value may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources")
            .field("file", &self.file)
            .field("environment", &self.environment.keys())
            .field("flags", &self.flags.keys())
            .finish()
    }
}

/// Where the effective value of a setting came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// An environment variable, by its name.
    Environment(String),
    /// The command line.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(variable) => write!(f, "environment {variable}"),
            Self::Flag => f.write_str("command line"),
        }
    }
}

/// A value as it was given.
pub(super) struct Given {
    pub text: String,
    pub origin: Origin,
}

/// The variable that sets a key: `server.listen` gives `CHUNKGATE__SERVER__LISTEN`.
pub(crate) fn variable(key: &str) -> String {
    format!("{PREFIX}__{}", key.replace('.', "__").to_uppercase())
}

/// Whether a variable is, or tries to be, one of this program.
pub(super) fn belongs(name: &str) -> bool {
    name.to_uppercase().starts_with(&format!("{PREFIX}_"))
}

/// Whether a variable has the form of a setting.
pub(super) fn is_variable(name: &str) -> bool {
    name.to_uppercase().starts_with(&format!("{PREFIX}__"))
}

/// Lays the sources over one another; the strongest value of each key remains.
pub(super) fn gather(sources: &Sources) -> Result<BTreeMap<String, Given>, SettingsError> {
    let mut given = BTreeMap::new();
    if let Some(path) = &sources.file {
        for (key, value) in read_file(path)? {
            flatten(key, value, &|_| Origin::File(path.clone()), &mut given);
        }
    }
    let environment = Environment::with_prefix(PREFIX)
        .prefix_separator("__")
        .separator("__")
        .source(Some(sources.environment.clone().into_iter().collect()));
    let values = environment.collect().map_err(SettingsError::Environment)?;
    for (key, value) in values {
        flatten(
            key,
            value,
            &|key| Origin::Environment(variable(key)),
            &mut given,
        );
    }
    for (key, text) in &sources.flags {
        let (text, origin) = (text.clone(), Origin::Flag);
        given.insert(key.clone(), Given { text, origin });
    }
    Ok(given)
}

fn read_file(path: &Path) -> Result<config::Map<String, Value>, SettingsError> {
    let text = fs::read_to_string(path).map_err(|source| SettingsError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    File::from_str(&text, FileFormat::Toml)
        .collect()
        .map_err(|error| malformed(path, &text, &error))
}

/// Says where the file is broken without quoting it: the line may hold a password.
fn malformed(path: &Path, text: &str, error: &ConfigError) -> SettingsError {
    let syntax = match error {
        ConfigError::FileParse { cause, .. } => cause.downcast_ref::<toml::de::Error>(),
        _ => None,
    };
    let start = syntax
        .and_then(toml::de::Error::span)
        .map(|span| span.start);
    SettingsError::Malformed {
        path: path.to_owned(),
        line: start.map_or(1, |start| 1 + text[..start].matches('\n').count()),
        reason: syntax
            .map_or("it is not valid TOML", |syntax| syntax.message())
            .to_owned(),
    }
}

/// Turns nested tables into dotted keys, and values into the text a person would write.
fn flatten(
    key: String,
    value: Value,
    origin: &dyn Fn(&str) -> Origin,
    given: &mut BTreeMap<String, Given>,
) {
    let text = match value.kind {
        ValueKind::Table(table) => {
            for (name, value) in table {
                flatten(format!("{key}.{name}"), value, origin, given);
            }
            return;
        }
        ValueKind::Array(values) => values
            .into_iter()
            .map(|value| value.to_string())
            .collect::<Vec<_>>()
            .join(","),
        ValueKind::Nil => String::new(),
        ValueKind::String(text) => text,
        ValueKind::Boolean(_)
        | ValueKind::I64(_)
        | ValueKind::I128(_)
        | ValueKind::U64(_)
        | ValueKind::U128(_)
        | ValueKind::Float(_) => value.to_string(),
    };
    let origin = origin(&key);
    given.insert(key, Given { text, origin });
}
