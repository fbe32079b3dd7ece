//! Settings: what is read, in which order, and what is refused in which words.

/// The example file is complete and holds the defaults.
mod example;
/// Values that are not allowed, alone or together, are all listed with their mend.
mod invalid;
/// Defaults < file < environment < command line.
mod precedence;
/// Secrets are shown nowhere.
mod secrets;
/// Names that are no settings are refused with the one that was meant.
mod unknown;

use std::{collections::BTreeMap, io::Write, path::PathBuf};

use chunkgate::settings::{Settings, SettingsError, Sources};
use tempfile::NamedTempFile;

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

fn environment(variables: &[(&str, &str)]) -> Sources {
    Sources {
        environment: pairs(variables),
        ..Sources::default()
    }
}

/// A configuration file that lives as long as the first value.
fn file(text: &str) -> (NamedTempFile, PathBuf) {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let path = file.path().to_owned();
    (file, path)
}

/// The text with which the sources are refused.
fn refusal(sources: &Sources) -> String {
    let error: SettingsError = Settings::load(sources).expect_err("must be refused");
    error.to_string()
}
