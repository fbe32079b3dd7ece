//! `chunkgate session`: what became of uploads, and their bytes.

mod export;
mod listing;

use clap::{Args, Subcommand};

use crate::{
    engine::{
        repository::{Repository, SessionName},
        session::{SessionId, SessionKey, SessionState, SessionStatus},
    },
    settings::Settings,
};

use super::{Failure, Options, account, draft, journal, output, process};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    List(listing::Arguments),
    Show(listing::ShowArguments),
    Export(export::Arguments),
    /// Cancel an upload.
    ///
    /// Also one that is complete, as long as no fax has used it. Its bytes are kept for `session.undelete`, in which it
    /// can be brought back.
    #[command(after_help = "Example:\n  chunkgate session cancel 4711")]
    Cancel {
        #[command(flatten)]
        session: Session,
    },
    /// Bring back an upload that has expired or that `cancel` has cancelled.
    ///
    /// As long as its bytes are kept (`session.undelete`). It lives as long as after a chunk, so that its client, or a
    /// fax, can go on with it. An upload that its client has cancelled cannot be brought back.
    #[command(after_help = "Example:\n  chunkgate session undelete 4711")]
    Undelete {
        #[command(flatten)]
        session: Session,
    },
}

/// Which upload.
#[derive(Debug, Args)]
pub(super) struct Session {
    /// Number of the session as `list` and the log show it, or the client's `SessionID`
    #[arg(value_name = "SESSION", value_parser = session_name)]
    session: SessionName,
}

pub(super) fn run(options: &Options, command: &Command) -> Result<(), Failure> {
    let settings = options.load()?.settings;
    match command {
        Command::List(arguments) => listing::list(&settings, arguments),
        Command::Show(arguments) => listing::show(&settings, arguments),
        Command::Export(arguments) => export::run(&settings, arguments),
        Command::Cancel { session } => cancel(&settings, session.session),
        Command::Undelete { session } => undelete(&settings, session.session),
    }
}

fn cancel(settings: &Settings, name: SessionName) -> Result<(), Failure> {
    let session = process::with_existing_backend(settings, async |backend| {
        let repository = backend.repository(settings);
        if let Some(cancelled) = repository.cancel(name, true).await? {
            return Ok(cancelled);
        }
        let SessionStatus { id, state, .. } = find(&*repository, name).await?;
        Err(Failure::Refused(match state {
            SessionState::Cancelled => format!("session {id} is cancelled already"),
            SessionState::Consumed => format!(
                "session {id} was taken by a fax and cannot be cancelled; `chunkgate fax list` \
                 shows the faxes, `chunkgate fax cancel ID` gives one up"
            ),
            SessionState::Open | SessionState::Complete | SessionState::Expired => {
                format!("session {id} is {state} and cannot be cancelled")
            }
        }))
    })?;
    let keep = humantime::format_duration(settings.session.undelete);
    note!(
        "session {session} is cancelled; for {keep}, `chunkgate session undelete {session}` brings it back"
    );
    Ok(())
}

fn undelete(settings: &Settings, name: SessionName) -> Result<(), Failure> {
    let session = process::with_existing_backend(settings, async |backend| {
        let repository = backend.repository(settings);
        if let Some(session) = repository.undelete(name).await? {
            return Ok(session);
        }
        let status = find(&*repository, name).await?;
        Err(Failure::Refused(
            if status.has_bytes() && status.account.is_none() {
                format!(
                    "the account of session {} is removed; `chunkgate session export` saves its bytes",
                    status.id
                )
            } else if status.has_bytes() {
                format!(
                    "session {} is {} and needs no bringing back",
                    status.id, status.state
                )
            } else {
                format!(
                    "session {} is {} and its bytes are given up",
                    status.id, status.state
                )
            },
        ))
    })?;
    note!("session {session} is back");
    Ok(())
}

/// Everything about a session of that name.
async fn find(repository: &dyn Repository, name: SessionName) -> Result<SessionStatus, Failure> {
    let status = repository.status(name).await?;
    status.ok_or_else(|| Failure::Refused("there is no such session".to_owned()))
}

/// A `SessionID` of 64 hexadecimal characters, or a number.
fn session_name(text: &str) -> Result<SessionName, String> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        // Clients may print in lower case what they sent as they got it.
        let token = text.to_ascii_uppercase();
        return Ok(SessionName::Key(SessionKey::of(&token)));
    }
    text.parse()
        .map(|number| SessionName::Id(SessionId(number)))
        .map_err(|_| "allowed are a number, or a SessionID of 64 hexadecimal characters".to_owned())
}

/// A state by its name.
fn state(text: &str) -> Result<SessionState, String> {
    SessionState::parse(text).ok_or_else(|| {
        let names = SessionState::ALL.map(SessionState::as_str).join(", ");
        format!("allowed are {names}")
    })
}
