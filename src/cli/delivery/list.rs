//! `chunkgate delivery list`

use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tokio::time::timeout;

use crate::settings::{DeliveryName, Settings};

use super::{Failure, how_to, open, output, process};

/// How long one may take to show that it works.
const WITHIN: Duration = Duration::from_secs(15);

/// List the ways for faxes to leave, and whether each works now.
///
/// Accounts that have none of their own (`chunkgate account set --delivery`) use the default,
/// `fax.delivery`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    default: bool,
    state: &'static str,
    text: String,
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    process::with_directory(settings, async |backend| {
        let mut rows = Vec::new();
        for name in DeliveryName::ALL {
            let (state, text) = match open(settings, backend, name).await {
                Err(error) => ("fails", error.to_string()),
                Ok(None) => ("not set up", how_to(name).to_owned()),
                Ok(Some(delivery)) => match timeout(WITHIN, delivery.probe()).await {
                    Ok(Ok(())) => ("works", String::new()),
                    Ok(Err(error)) => ("fails", error.to_string()),
                    Err(_elapsed) => ("fails", format!("no answer within {WITHIN:?}")),
                },
            };
            let listed = Listed {
                name: name.as_str(),
                default: settings.fax.delivery == name,
                state,
                text,
            };
            if arguments.json {
                output::json(&listed)?;
            } else {
                let default = if listed.default { "default" } else { "" };
                rows.push([listed.name, default, listed.state, &listed.text].map(str::to_owned));
            }
        }
        output::print(&output::columns(&rows))
    })
}
