//! Passwords typed or piped in; they never stand on a command line, where `ps` shows them.

use std::io::{self, BufRead, IsTerminal, Read};

use zeroize::Zeroizing;

use crate::{engine::Passwords, settings::Settings};

use super::Failure;

/// The longest password, in bytes: what fits a line and nobody types.
const LONGEST: u64 = 1024;

/// The first line of standard input, without its end.
pub(super) fn from_stdin() -> Result<Zeroizing<String>, Failure> {
    let mut line = Zeroizing::new(String::new());
    io::stdin()
        .lock()
        .take(LONGEST + 2)
        .read_line(&mut line)
        .map_err(Failure::io("cannot read the password from standard input"))?;
    let length = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(length);
    check(line)
}

/// Asks once, for a password that exists.
pub(super) fn ask(user: &str) -> Result<Zeroizing<String>, Failure> {
    check(prompt(&format!("Password of {user}: "))?)
}

/// Asks twice, for a new password.
pub(super) fn ask_new(user: &str) -> Result<Zeroizing<String>, Failure> {
    let first = check(prompt(&format!("New password of {user}: "))?)?;
    let second = prompt("The same again: ")?;
    if *first == *second {
        Ok(first)
    } else {
        Err(Failure::Misused("the two passwords differ".to_owned()))
    }
}

/// The hash of a new password, by the gateway's parameters.
pub(super) async fn hash(settings: &Settings, password: &str) -> Result<String, Failure> {
    let accounts = &settings.accounts;
    let kibibytes = u32::try_from(accounts.hash_memory >> 10).unwrap_or(u32::MAX);
    let passwords =
        Passwords::new(kibibytes, accounts.hash_iterations).map_err(Failure::Misused)?;
    Ok(passwords.hash(password).await?)
}

fn prompt(question: &str) -> Result<Zeroizing<String>, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::Misused(
            "there is no terminal to ask for the password: pipe it in with --password-stdin"
                .to_owned(),
        ));
    }
    rpassword::prompt_password(question)
        .map(Zeroizing::new)
        .map_err(Failure::io("cannot ask for the password"))
}

fn check(password: Zeroizing<String>) -> Result<Zeroizing<String>, Failure> {
    if password.is_empty() {
        return Err(Failure::Misused("the password is empty".to_owned()));
    }
    if password.len() as u64 > LONGEST {
        return Err(Failure::Misused(format!(
            "the password is longer than {LONGEST} bytes"
        )));
    }
    Ok(password)
}
