//! The options every command has, and the settings they lead to.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;

use crate::settings::{Loaded, Settings, SettingsError, Sources};

/// The options every command has.
#[derive(Clone, Debug, Args)]
pub(super) struct Options {
    /// Configuration file (TOML); `chunkgate check-config --example` prints one
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Directory of the gateway's own Postgres and of the stored bytes
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

impl Options {
    /// The settings in force for a command without options of its own that are settings.
    pub fn load(&self) -> Result<Loaded, SettingsError> {
        self.load_with([])
    }

    /// The settings in force; `flags` are a command's own options by the name of their setting.
    pub fn load_with<const N: usize>(
        &self,
        flags: [(&str, Option<String>); N],
    ) -> Result<Loaded, SettingsError> {
        let data_dir = self.data_dir.as_ref();
        let data_dir = data_dir.map(|path| path.to_string_lossy().into_owned());
        let given: BTreeMap<_, _> = flags
            .into_iter()
            .chain([("server.data_dir", data_dir)])
            .filter_map(|(setting, value)| Some((setting.to_owned(), value?)))
            .collect();
        Settings::load(&Sources::of_process(self.config.clone(), given))
    }
}
