//! The gateway's own Postgres.
//!
//! Most tests watch a gateway-like process from outside ([`Host`]): Postgres does not run as root,
//! and a process that is to be killed cannot be the test's own.
//!
//! | file              | rule |
//! |-------------------|------|
//! | `claim`           | one process owns a data directory; another connects to the owner's server |
//! | `crash_restart`   | whatever was killed, the next gateway has a server soon |
//! | `gateway_killed`  | the server ends with its gateway, also after `kill -9`, and starts again cleanly |
//! | `half_made`       | a cluster exists whole or not at all |
//! | `new_cluster`     | a new cluster is durable, private, checksummed and keeps its data |
//! | `not_started`     | a server that does not start says why |
//! | `privileges`      | root is given up; a directory that would not work is refused with one that does |
//! | `programs`        | the programs of the cluster's version, else the newest; none: how to mend it |
//! | `restart`         | a server that dies is started again |
//! | `test_database`   | the tests' own server: one for each run, a database for each test |

mod claim;
mod crash_restart;
mod gateway_killed;
mod half_made;
mod new_cluster;
mod not_started;
mod privileges;
mod programs;
mod restart;
mod test_database;

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use chunkgate::pg::Endpoint;
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use crate::support::postgres::host::{Host, Orders};

/// A place for a data directory that does not exist yet, and that any user can get to.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(0o711))
            .tempdir()
            .expect("a folder");
        Self { folder }
    }

    fn directory(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn orders(&self) -> Orders {
        Orders::new(&self.directory())
    }

    fn start(&self) -> Host {
        Host::start(&self.orders())
    }
}

async fn connect(endpoint: &Endpoint) -> Client {
    let (client, connection) = endpoint
        .config()
        .connect(NoTls)
        .await
        .expect("the server answers");
    tokio::spawn(connection);
    client
}

/// The only value of the only row.
async fn value(client: &Client, query: &str) -> String {
    let row = client.query_one(query, &[]).await.expect("a row");
    row.get(0)
}

async fn execute(client: &Client, statements: &str) {
    client.batch_execute(statements).await.expect("it works");
}
