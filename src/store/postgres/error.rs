//! What an error of the driver means to the engine.

use tokio_postgres::error::SqlState;

use crate::engine::repository::RepositoryError;

/// An error met while a statement was being run.
pub fn while_running(error: &tokio_postgres::Error) -> RepositoryError {
    let Some(refusal) = error.as_db_error() else {
        return RepositoryError::OutcomeUnknown(error.to_string());
    };
    // The server's last words before it goes; a commit may have been on its way out.
    let going = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::IDLE_SESSION_TIMEOUT,
    ];
    if going.contains(refusal.code()) {
        return RepositoryError::OutcomeUnknown(refusal.message().to_owned());
    }
    RepositoryError::Refused {
        constraint: refusal.constraint().map(str::to_owned),
        message: format!("{} ({})", refusal.message(), refusal.code().code()),
    }
}

/// An error met before a statement was sent: nothing can have happened.
pub fn before_running(error: &tokio_postgres::Error) -> RepositoryError {
    match while_running(error) {
        RepositoryError::OutcomeUnknown(message) => RepositoryError::Unavailable(message),
        other => other,
    }
}

/// A value in a row that cannot be.
pub fn corrupt(what: impl Into<String>) -> RepositoryError {
    RepositoryError::Corrupt(what.into())
}
