//! What can go wrong with the gateway's own Postgres, and how to mend it.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// A failure of the gateway's own Postgres. Every message names the mend where there is one.
#[derive(Debug, thiserror::Error)]
pub enum PgError {
    /// There are no Postgres programs on this machine, or none where the settings say.
    #[error(
        "no PostgreSQL programs (postgres, initdb) found in: {searched}\n\
         Mend it in one of three ways:\n\
         - install them; the first two lines keep Debian and Ubuntu from starting a server of their own:\n    \
             mkdir -p /etc/postgresql-common/createcluster.d\n    \
             echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/chunkgate.conf\n    \
             apt-get install postgresql\n  \
           (installed elsewhere: name the folder in `postgres.bin_dir`)\n\
         - use a server you already have: set `database.url`, for example postgres://chunkgate@db.example/chunkgate\n\
         - or start chunkgate and a database together: CHUNKGATE_DB_PASSWORD=... docker compose up"
    )]
    NoPrograms {
        /// The folders that were searched, separated by commas.
        searched: String,
    },
    /// The cluster was made by a version of Postgres that is not installed.
    #[error(
        "{cluster} was made by PostgreSQL {wanted}, but only {found} is installed: \
         install postgresql-{wanted}, or name its programs' folder in `postgres.bin_dir`"
    )]
    OtherVersion {
        /// The cluster's directory.
        cluster: PathBuf,
        /// The cluster's major version.
        wanted: u32,
        /// What there is instead.
        found: String,
    },
    /// Postgres refuses to run as root.
    #[error(
        "PostgreSQL does not run as root: start chunkgate as another user, or set `server.user`"
    )]
    Root,
    /// Peer authentication and `initdb` need a user name.
    #[error(
        "user id {0} has no name on this machine, and PostgreSQL needs one: \
         add it to /etc/passwd, or run as a user that has a name"
    )]
    NamelessUser(u32),
    /// The data directory belongs to somebody else.
    #[error(
        "{path} cannot be opened by this user: run the command as the user the gateway runs as \
         (or as root, which drops to it)"
    )]
    Denied {
        /// What could not be opened.
        path: PathBuf,
    },
    /// Somebody holds the data directory but its server did not become reachable.
    #[error(
        "{path} is in use by another chunkgate whose PostgreSQL did not answer within {waited:?}; \
         `fuser -v {path}/lock` names its process"
    )]
    NotReady {
        /// The data directory.
        path: PathBuf,
        /// How long was waited.
        waited: Duration,
    },
    /// No short private directory for the server's socket.
    #[error(
        "no directory for PostgreSQL's socket: it must be short (the socket's path is limited to \
         107 bytes), writable, and not open to other users' renames. Tried: {tried}"
    )]
    NoSocketDirectory {
        /// The directories tried, each with the reason it does not do.
        tried: String,
    },
    /// A program ended badly.
    #[error("{program} failed ({status}): {output}")]
    Failed {
        /// Which program.
        program: PathBuf,
        /// How it ended.
        status: String,
        /// The end of what it said.
        output: String,
    },
    /// The server did not come up.
    #[error("PostgreSQL did not start: {reason}. The end of {log}:\n{tail}", log = log.display())]
    NotStarted {
        /// What happened instead.
        reason: String,
        /// The server's log.
        log: PathBuf,
        /// The end of the log.
        tail: String,
    },
    /// The server of an earlier gateway still runs.
    #[error(
        "an earlier PostgreSQL (process {process}) still runs in {cluster} and did not end within \
         {waited:?} although it was killed: it waits for the disk; look after that, and start again"
    )]
    StillRunning {
        /// The cluster's directory.
        cluster: PathBuf,
        /// One process of the old server.
        process: i32,
        /// How long was waited.
        waited: Duration,
    },
    /// The server had to be killed.
    #[error(
        "PostgreSQL did not stop within {0:?} and was killed; it will recover at the next start"
    )]
    Killed(Duration),
    /// The server answered with an error while it was set up.
    #[error("PostgreSQL refused to be set up: {0}")]
    Database(#[from] tokio_postgres::Error),
    /// The operating system refused something.
    #[error("cannot {operation} {path}: {source}")]
    Io {
        /// What was tried, as a verb: `write`, `create`, `run` ...
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

impl PgError {
    /// Wraps an error of the operating system; for `map_err`.
    pub(super) fn io(
        operation: &'static str,
        path: impl AsRef<Path>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| Self::Io {
            operation,
            path,
            source,
        }
    }

    /// The same for files of the data directory, where a lack of permission has a known cause.
    pub(super) fn access(
        operation: &'static str,
        path: impl AsRef<Path>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| match source.kind() {
            io::ErrorKind::PermissionDenied => Self::Denied { path },
            _ => Self::io(operation, path)(source),
        }
    }
}
