//! What an error of the driver means to the engine.

use tokio_postgres::error::Severity;

use crate::engine::repository::RepositoryError;

/// An error met while a statement was being run.
pub fn while_running(error: &tokio_postgres::Error) -> RepositoryError {
    let Some(refusal) = error.as_db_error() else {
        return RepositoryError::OutcomeUnknown(error.to_string());
    };
    // Whatever ends the connection - the server's last words, or a pooler's about a server that it
    // lost - may have come while a commit was on its way out.
    if refusal.parsed_severity() != Some(Severity::Error) {
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
