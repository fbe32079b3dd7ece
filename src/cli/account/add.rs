//! `chunkgate account add`

use clap::Args;

use crate::{engine::account::AccountSettings, settings::Settings};

use super::{Failure, User, changes::Changes, password, process};

/// Add an account.
///
/// Its password is asked for on the terminal, or piped in.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate account add acme
  pass show fax/acme | chunkgate account add acme --password-stdin --allow 10.20.0.0/16
  chunkgate account add scanner --max-total 50MiB --session-timeout 2h")]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    user: User,
    /// Read the password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    changes: Changes,
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    let user = &arguments.user.user;
    // An account is of use to this gateway only in its switch group.
    let new = AccountSettings {
        switch_group: settings.interfax.switch_group.clone(),
        ..AccountSettings::default()
    };
    let account = arguments.changes.apply(new, settings)?;
    let password = if arguments.password_stdin {
        password::from_stdin()?
    } else {
        password::ask_new(user)?
    };
    process::with_backend(settings, async |backend| {
        let hash = password::hash(settings, &password).await?;
        let repository = backend.repository(settings);
        let added = repository.add_account(user, &hash, &account).await?;
        added.map(drop).ok_or_else(|| {
            Failure::Refused(format!(
                "there is an account {user} already: `chunkgate account set {user}` changes it"
            ))
        })
    })?;
    note!("account {user} is added");
    Ok(())
}
