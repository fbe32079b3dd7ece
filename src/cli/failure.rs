//! How a command can end, and the exit code that says so.

use std::{io, process::ExitCode};

use crate::{
    app::AppError,
    backend::{BackendError, Mismatch, PairingError},
    content::ContentError,
    engine::{UploadError, repository::RepositoryError},
    pg::{PgError, privileges::PrivilegesError},
    settings::{SettingsError, variable},
    telemetry::logs::LogsError,
};

/// Why a command did not do what it was asked. The message goes to standard error.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Something did not work; trying again may help.
    #[error("{0}")]
    Failed(String),
    /// The command line or the settings must be mended first.
    #[error("{0}")]
    Misused(String),
    /// What was named does not exist, or is refused in the state it is in.
    #[error("{0}")]
    Refused(String),
    /// Stored bytes are missing or damaged.
    #[error("{0}")]
    Damaged(String),
    /// Whoever read standard output has read enough, as `head` does.
    #[error("standard output was closed")]
    OutputClosed,
}

impl Failure {
    /// A failed operation on what `what` names: `cannot read the password`.
    pub fn io(what: impl std::fmt::Display) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Failed(format!("{what}: {error}"))
    }

    /// Says what happened, and returns the code to exit with.
    pub fn report(&self) -> ExitCode {
        let code = match self {
            Self::OutputClosed => return ExitCode::SUCCESS,
            Self::Failed(_) => 1,
            Self::Misused(_) => 2,
            Self::Refused(_) => 3,
            Self::Damaged(_) => 4,
        };
        note!("chunkgate: {self}");
        ExitCode::from(code)
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::Misused(error.to_string())
    }
}

impl From<LogsError> for Failure {
    fn from(error: LogsError) -> Self {
        match error {
            LogsError::Filter { .. } | LogsError::File { .. } => Self::Misused(error.to_string()),
            LogsError::Taken(_) | LogsError::Io(_) => Self::Failed(error.to_string()),
        }
    }
}

impl From<PrivilegesError> for Failure {
    fn from(error: PrivilegesError) -> Self {
        let message = error.to_string();
        match error {
            PrivilegesError::NotRoot(_)
            | PrivilegesError::NoSuchUser(_)
            | PrivilegesError::Root
            | PrivilegesError::NamelessOwner(_)
            | PrivilegesError::NoUser
            | PrivilegesError::CannotEnter { .. }
            | PrivilegesError::NotTheirs { .. }
            | PrivilegesError::NoPlace { .. } => Self::Misused(message),
            PrivilegesError::Refused { .. }
            | PrivilegesError::Kept
            | PrivilegesError::Io { .. } => Self::Failed(message),
        }
    }
}

impl From<BackendError> for Failure {
    fn from(error: BackendError) -> Self {
        match error {
            BackendError::Url(_) => Self::Misused(error.to_string()),
            BackendError::Postgres(_)
            | BackendError::Connect(_)
            | BackendError::Migrate(_)
            | BackendError::Pool(_) => Self::Failed(error.to_string()),
        }
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        let message = error.to_string();
        match error {
            AppError::Backend(error) => error.into(),
            AppError::Content(error) => error.into(),
            AppError::Database(error) => error.into(),
            AppError::Stop(error) => error.into(),
            AppError::Descriptors { .. } => Self::Failed(message),
            AppError::Held(_) | AppError::Copied(_) => Self::Refused(message),
            AppError::Mismatch(mismatch) => (*mismatch).into(),
            AppError::Settings(_)
            | AppError::Spool(_)
            | AppError::Webhook(_)
            | AppError::Tls(_) => Self::Misused(message),
            AppError::Listen {
                setting,
                address,
                reason,
            } => {
                if reason.kind() == io::ErrorKind::PermissionDenied && address.port() < 1024 {
                    return Self::Failed(format!(
                        "{message}; a port below 1024 takes the capability CAP_NET_BIND_SERVICE \
                         (systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE), or a lower \
                         net.ipv4.ip_unprivileged_port_start"
                    ));
                }
                // The settings that are addresses are the command line's options too.
                let option = match setting {
                    "server.listen" => "--listen ADDR or ",
                    "admin.listen" => "--admin-listen ADDR or ",
                    _ => "",
                };
                let variable = variable(setting);
                Self::Failed(format!(
                    "{message}; {option}{variable}=ADDR chooses another address"
                ))
            }
        }
    }
}

impl From<Mismatch> for Failure {
    fn from(mismatch: Mismatch) -> Self {
        let message = mismatch.to_string();
        match mismatch {
            Mismatch::Unknown { .. } | Mismatch::Other { .. } | Mismatch::Diverged { .. } => {
                Self::Misused(message)
            }
            Mismatch::OldStore { .. } | Mismatch::Missing { .. } => Self::Damaged(message),
        }
    }
}

impl From<PairingError> for Failure {
    fn from(error: PairingError) -> Self {
        match error {
            PairingError::Database(error) => error.into(),
            PairingError::Content(error) => error.into(),
        }
    }
}

impl From<PgError> for Failure {
    fn from(error: PgError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<RepositoryError> for Failure {
    fn from(error: RepositoryError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<ContentError> for Failure {
    fn from(error: ContentError) -> Self {
        let message = error.to_string();
        match error {
            ContentError::Missing(_) | ContentError::Corrupt(_) => Self::Damaged(message),
            ContentError::NoSpace { .. }
            | ContentError::Unavailable(_)
            | ContentError::Io { .. }
            | ContentError::Poisoned(_)
            | ContentError::OtherStore { .. } => Self::Failed(message),
        }
    }
}

impl From<UploadError> for Failure {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Content(error) => error.into(),
            UploadError::Database(error) => error.into(),
            UploadError::SessionNotOpen
            | UploadError::EmptyChunk
            | UploadError::ChunkTooLarge { .. }
            | UploadError::TotalTooLarge { .. }
            | UploadError::SizeMismatch { .. }
            | UploadError::BadCredentials
            | UploadError::GuessesSlowedDown
            | UploadError::AccountDisabled
            | UploadError::AddressNotAllowed
            | UploadError::OtherSwitchGroup
            | UploadError::NoFaxService
            | UploadError::NotPrimary
            | UploadError::TooManyOpenSessions { .. }
            | UploadError::TooManyOpenBytes { .. }
            | UploadError::TooManyUnknownSessions
            | UploadError::TooManyUnprovenBytes
            | UploadError::TooManyLogIns
            | UploadError::ClientGone => Self::Refused(error.to_string()),
            UploadError::Internal(_) => Self::Failed(error.to_string()),
        }
    }
}
