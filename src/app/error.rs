//! Why a gateway cannot start or stop.

use std::net::SocketAddr;

use crate::{
    backend::{BackendError, Mismatch, PairingError},
    content::ContentError,
    engine::repository::RepositoryError,
    http::tls::TlsError,
    pg::PgError,
};

/// Why a gateway cannot start or stop.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The database.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The journal.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// A statement at the start.
    #[error("the database does not work: {0}")]
    Database(#[from] RepositoryError),
    /// Another gateway serves this data directory.
    #[error(
        "another chunkgate serves the data directory {0}: stop it, or give this one a directory of its own with --data-dir (server.data_dir)"
    )]
    Held(String),
    /// Another gateway serves the database's content store from a copy of its directory.
    #[error(
        "another gateway serves this database from a copy of the content store at {0}: only one of them may run, since what one writes the other cannot read; \
         stop the other one, and keep the directory it has written to"
    )]
    Copied(String),
    /// The database and the content store do not belong together.
    #[error(transparent)]
    Mismatch(#[from] Box<Mismatch>),
    /// A port.
    #[error("cannot listen on {address} ({setting}): {reason}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The setting that says so.
        setting: &'static str,
        /// Why not.
        reason: std::io::Error,
    },
    /// Too few files may be open.
    #[error(
        "this process may open {limit} files, and the settings need at least {least}, {wanted} for all of server.max_connections: \
         raise the limit (LimitNOFILE= of the systemd unit, `ulimits: nofile` of the container, `ulimit -Hn`), or lower server.workers, pool.size or fax.workers"
    )]
    Descriptors {
        /// The hard limit.
        limit: u64,
        /// What the fewest connections need.
        least: u64,
        /// What all need.
        wanted: u64,
    },
    /// The spool.
    #[error("the spool for faxes cannot be used: {0}")]
    Spool(String),
    /// The webhook.
    #[error("the webhook for faxes cannot be used: {0}")]
    Webhook(String),
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Settings that passed their checks and do not work all the same.
    #[error("{0}")]
    Settings(String),
    /// The gateway's own Postgres did not stop in order.
    #[error(transparent)]
    Stop(#[from] PgError),
}

impl From<PairingError> for AppError {
    fn from(error: PairingError) -> Self {
        match error {
            PairingError::Database(error) => error.into(),
            PairingError::Content(error) => error.into(),
        }
    }
}
