//! `chunkgate account set`

use clap::Args;
use zeroize::Zeroizing;

use crate::settings::Settings;

use super::{Failure, User, changes::Changes, find, password, process};

/// Change an account; what is not named stays as it is.
///
/// It takes effect at the next request.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate account set acme --disable
  chunkgate account set acme --ask-password
  chunkgate account set acme --allow 10.20.0.0/16 --allow 192.0.2.7
  chunkgate account set acme --allow any --max-total default")]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    user: User,
    /// Ask for a new password on the terminal
    #[arg(long, conflicts_with = "password_stdin")]
    ask_password: bool,
    /// Read a new password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    changes: Changes,
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    let user = &arguments.user.user;
    if arguments.changes.is_empty() && !arguments.ask_password && !arguments.password_stdin {
        return Err(Failure::Misused(format!(
            "nothing to change: `chunkgate help account set` lists what can be changed of {user}"
        )));
    }
    let password = arguments.password()?;
    process::with_existing_backend(settings, async |backend| {
        let account = find(backend, settings, user).await?;
        let hash = match &password {
            Some(password) => password::hash(settings, password).await?,
            None => account.password_hash,
        };
        let changed = arguments.changes.apply(account.settings, settings)?;
        let repository = backend.repository(settings);
        if repository
            .update_account(account.id, &hash, &changed)
            .await?
        {
            Ok(())
        } else {
            Err(Failure::Refused(format!(
                "account {user} was removed meanwhile"
            )))
        }
    })?;
    note!("account {user} is changed");
    Ok(())
}

impl Arguments {
    fn password(&self) -> Result<Option<Zeroizing<String>>, Failure> {
        if self.password_stdin {
            return password::from_stdin().map(Some);
        }
        self.ask_password
            .then(|| password::ask_new(&self.user.user))
            .transpose()
    }
}
