//! The gateway's own Postgres: found, made, started, supervised and stopped.
//!
//! Without `database.url`, the gateway keeps its state in a cluster of its own, in the same data
//! directory as the journal. The SQL and the durability are those of any other server.
//!
//! ```no_run
//! # use std::{path::Path, time::Duration};
//! # use chunkgate::pg::{Claim, Cluster, ClusterOptions, DataDir, PgError, Search};
//! # async fn run() -> Result<(), PgError> {
//! let path = Path::new("/var/lib/chunkgate");
//! match DataDir::claim(path, Duration::from_secs(30)).await? {
//!     Claim::Owned(directory) => {
//!         let programs = Search::machine(None).programs_for(&directory.cluster())?;
//!         let cluster = Cluster::start(ClusterOptions::new(&directory, programs)).await?;
//!         directory.publish(cluster.endpoint())?;
//!         // ... use cluster.connection() ...
//!         cluster.stop().await?;
//!     }
//!     Claim::Held(held) => {
//!         // ... use held.connection() ...
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Who does what:
//! - [`DataDir`]: the lock that makes one process the owner, and tells others where the server is.
//! - [`Search`]: the programs of this machine. `initdb`: a cluster, whole or not at all.
//! - [`Cluster`]: the running server. Its supervisor starts a server that died again; its guard, a
//!   watcher at the other end of a pipe, ends the server when the gateway is gone.
//! - [`privileges`]: root is given up before all that, for Postgres refuses to run as root.
//!
//! The server listens on a Unix socket only, in a private directory with a short name, and lets in
//! only the user the gateway runs as. A systemd unit needs `KillMode=mixed`, so that the gateway
//! decides when its server stops, and with `PrivateTmp=` a `RuntimeDirectory=`, so that other
//! commands find the socket.

mod cluster;
mod data_dir;
mod endpoint;
mod error;
mod guard;
mod initdb;
mod log;
mod pid_file;
mod postmaster;
mod predecessor;
pub mod privileges;
mod programs;
mod socket_dir;
mod supervisor;

pub use cluster::{Cluster, ClusterOptions, Durability};
pub use data_dir::{Claim, DataDir, HeldDataDir};
pub use endpoint::{Endpoint, ROLE};
pub use error::PgError;
pub use programs::{Programs, Search};
