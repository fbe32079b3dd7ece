//! Where the gateway's own Postgres answers.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The role the gateway connects as: the superuser of its own cluster.
pub const ROLE: &str = "chunkgate";

/// The port that names the socket file. The directory is private, so it need not vary.
const PORT: u16 = 5432;

/// The address of a server on a Unix socket, as one process tells it to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// The directory that holds the socket; absolute.
    pub socket_dir: PathBuf,
    /// The port, which is part of the socket's name.
    pub port: u16,
    /// The role to connect as.
    pub role: String,
    /// The database to connect to.
    pub database: String,
}

impl Endpoint {
    /// The endpoint of the gateway's own server in `socket_dir`.
    pub(super) fn new(socket_dir: &Path, database: &str) -> Self {
        Self {
            socket_dir: socket_dir.to_owned(),
            port: PORT,
            role: ROLE.to_owned(),
            database: database.to_owned(),
        }
    }

    /// The same server, another database.
    #[must_use]
    pub fn with_database(&self, database: &str) -> Self {
        Self {
            database: database.to_owned(),
            ..self.clone()
        }
    }

    /// The configuration of a client's connection.
    pub fn config(&self) -> tokio_postgres::Config {
        let mut config = tokio_postgres::Config::new();
        config
            .host_path(&self.socket_dir)
            .port(self.port)
            .user(&self.role)
            .dbname(&self.database);
        config
    }

    /// The socket file itself.
    pub fn socket(&self) -> PathBuf {
        self.socket_dir.join(socket_name(self.port))
    }
}

/// The name Postgres gives the socket file of `port`.
fn socket_name(port: u16) -> String {
    format!(".s.PGSQL.{port}")
}

/// Where the gateway's own server puts its socket in `directory`.
pub(super) fn socket_in(directory: &Path) -> PathBuf {
    directory.join(socket_name(PORT))
}
