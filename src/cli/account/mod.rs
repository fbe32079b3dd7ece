//! `chunkgate account`: who may upload, from where, how much.

mod add;
mod changes;
mod listing;
mod set;

use clap::{Args, Subcommand};

use crate::{backend::Backend, engine::account::Account, settings::Settings};

use super::{Failure, Options, output, password, process, values};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Add(add::Arguments),
    /// List all accounts by name.
    #[command(after_help = "\
Examples:
  chunkgate account list
  chunkgate account list --json | jq -r 'select(.enabled | not).name'")]
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Show everything about an account but its password, which nobody can.
    #[command(after_help = "Example:\n  chunkgate account show acme")]
    Show {
        #[command(flatten)]
        user: User,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    Set(set::Arguments),
    /// Remove an account.
    ///
    /// Refused while uploads or faxes of it are under way: cancel them (`chunkgate session cancel`,
    /// `chunkgate fax cancel`), or disable the account and wait.
    #[command(after_help = "Example:\n  chunkgate account remove acme")]
    Remove {
        #[command(flatten)]
        user: User,
    },
}

/// Whose account.
#[derive(Debug, Args)]
pub(super) struct User {
    /// Name of the account, in upper or lower case
    #[arg(value_name = "USER", value_parser = user_name)]
    user: String,
}

pub(super) fn run(options: &Options, command: Command) -> Result<(), Failure> {
    let settings = options.load()?.settings;
    match command {
        Command::Add(arguments) => add::run(&settings, &arguments),
        Command::List { json } => listing::list(&settings, json),
        Command::Show { user, json } => listing::show(&settings, &user.user, json),
        Command::Set(arguments) => set::run(&settings, &arguments),
        Command::Remove { user } => remove(&settings, &user.user),
    }
}

fn remove(settings: &Settings, user: &str) -> Result<(), Failure> {
    process::with_existing_backend(settings, async |backend| {
        let account = find(backend, settings, user).await?;
        let removed = backend
            .repository(settings)
            .remove_account(account.id)
            .await?;
        if removed {
            return Ok(());
        }
        Err(Failure::Refused(format!(
            "account {name} has uploads or faxes that are under way: `chunkgate session list \
             --account {name}` and `chunkgate fax list --account {name}` show them, `chunkgate \
             session cancel SESSION` and `chunkgate fax cancel ID` end them",
            name = account.name
        )))
    })?;
    note!("account {user} is removed");
    Ok(())
}

/// The account of that name.
pub(super) async fn find(
    backend: &Backend,
    settings: &Settings,
    user: &str,
) -> Result<Account, Failure> {
    let account = backend.repository(settings).account(user).await?;
    account.ok_or_else(|| Failure::Refused(format!("there is no account {user}")))
}

/// What the database takes for a name, and what a listing can show.
fn user_name(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if (1..=128).contains(&length) && !text.chars().any(char::is_control) {
        Ok(text.to_owned())
    } else {
        Err("allowed are 1 to 128 characters".to_owned())
    }
}
