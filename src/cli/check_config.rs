//! `chunkgate check-config`: every setting in force, and where it came from.

use clap::Args;
use serde::Serialize;

use crate::{
    app::load_certificates,
    settings::{Effective, example},
};

use super::{Failure, Options, output};

/// Show every setting in force and where it came from.
///
/// Checks the settings as `serve` would, the certificate's files included, and shows each value, its origin, and the environment
/// variable that sets it. Secrets are hidden. Settings that cannot be used are listed together.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate check-config --config /etc/chunkgate.toml
  chunkgate check-config --json | jq 'select(.origin != \"default\")'
  chunkgate check-config --example > chunkgate.toml")]
pub(super) struct Arguments {
    /// One JSON object a line, with `key`, `value`, `origin` and `variable`
    #[arg(long)]
    json: bool,
    /// Print a configuration file with every setting, its default and its meaning instead
    #[arg(long, conflicts_with = "json")]
    example: bool,
}

pub(super) fn run(options: &Options, arguments: &Arguments) -> Result<(), Failure> {
    if arguments.example {
        return output::print(&example());
    }
    let loaded = options.load()?;
    load_certificates(&loaded.settings.tls)?;
    if arguments.json {
        return loaded.origins.iter().try_for_each(|setting| {
            output::json(&Line {
                key: &setting.key,
                value: &setting.value,
                origin: setting.origin.to_string(),
                variable: &setting.variable,
            })
        });
    }
    let head = ["setting", "value", "from", "environment variable"].map(str::to_owned);
    let rows: Vec<_> = std::iter::once(head)
        .chain(loaded.origins.into_iter().map(row))
        .collect();
    output::print(&output::columns(&rows))
}

#[derive(Serialize)]
struct Line<'a> {
    key: &'a str,
    value: &'a str,
    origin: String,
    variable: &'a str,
}

fn row(setting: Effective) -> [String; 4] {
    let value = match setting.value.as_str() {
        "" => "(not set)".to_owned(),
        _ => setting.value,
    };
    [
        setting.key,
        value,
        setting.origin.to_string(),
        setting.variable,
    ]
}
