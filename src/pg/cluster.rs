//! The running cluster, as the rest of the gateway sees it.

use std::{fs, io, path::PathBuf, time::Duration};

use nix::unistd::{Uid, User};
use tokio::{sync::watch, task::JoinHandle, time::timeout};
use tokio_postgres::NoTls;
use tokio_util::sync::CancellationToken;

use super::{
    DataDir, Endpoint, PgError, Programs, ROLE, guard::Guard, initdb, postmaster::Postmaster,
    socket_dir::SocketDir, supervisor::Supervisor,
};

/// Whether an acknowledged transaction survives a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// It does: `fsync`, `full_page_writes` and `synchronous_commit` are on.
    Durable,
    /// It does not. For tests, whose clusters do not outlive them.
    FsyncOff,
}

/// What to start, and how.
#[derive(Clone, Debug)]
pub struct ClusterOptions {
    pub(super) cluster: PathBuf,
    pub(super) log: PathBuf,
    pub(super) programs: Programs,
    /// The database the gateway uses; made if it does not exist.
    pub database: String,
    /// Whether commits survive a power cut.
    pub durability: Durability,
    /// The most connections at a time.
    pub max_connections: u16,
    /// More settings of the server, by name; they win over those chosen here.
    pub settings: Vec<(String, String)>,
    /// Operating system users that may connect besides the one the gateway runs as. The socket's
    /// directory is private, so that only root can make use of it.
    pub peers: Vec<String>,
    /// How long `initdb` may take, and how long the server until it takes connections: also after
    /// a crash, when it first replays what it had written.
    pub start_timeout: Duration,
    /// How long the server may take to write its last checkpoint; then it is stopped without, and
    /// recovers at its next start.
    pub stop_timeout: Duration,
}

impl ClusterOptions {
    /// The gateway's cluster in `directory`, durable.
    pub fn new(directory: &DataDir, programs: Programs) -> Self {
        Self {
            cluster: directory.cluster(),
            log: directory.log(),
            programs,
            database: "chunkgate".to_owned(),
            durability: Durability::Durable,
            max_connections: 50,
            settings: Vec::new(),
            peers: Vec::new(),
            start_timeout: Duration::from_mins(2),
            stop_timeout: Duration::from_secs(30),
        }
    }
}

/// A running cluster: supervised until [`Cluster::stop`], and ended when it is dropped.
#[derive(Debug)]
pub struct Cluster {
    endpoint: Endpoint,
    running: watch::Receiver<Option<i32>>,
    stop: CancellationToken,
    supervisor: Option<JoinHandle<Result<(), PgError>>>,
}

impl Cluster {
    /// Starts the cluster, made first if it does not exist, and waits until it takes connections.
    ///
    /// The caller owns the data directory, and keeps it for as long as the cluster runs.
    ///
    /// # Errors
    /// [`PgError::Root`] for root; [`PgError::NotStarted`] with the end of the server's log;
    /// [`PgError::Failed`] if `initdb` failed; [`PgError::StillRunning`] if the server of an earlier
    /// gateway does not end.
    pub async fn start(options: ClusterOptions) -> Result<Self, PgError> {
        let user = own_name()?;
        let ClusterOptions {
            cluster,
            programs,
            durability,
            start_timeout,
            ..
        } = &options;
        initdb::ensure(cluster, programs, *durability, *start_timeout).await?;
        write_authentication(&options, &user)?;

        let sockets = SocketDir::create()?;
        let endpoint = Endpoint::new(sockets.path(), &options.database);
        let guard = Guard::start(cluster, sockets.path())?;
        let stop = CancellationToken::new();
        let mut postmaster = Postmaster::launch(&options, sockets.path(), &stop).await?;
        let set_up = timeout(*start_timeout, ensure_database(&endpoint));
        if let Err(error) = set_up.await.unwrap_or_else(|_| Err(too_slow(&endpoint))) {
            postmaster.stop(options.stop_timeout).await?;
            return Err(error);
        }

        let (sender, running) = watch::channel(postmaster.pid());
        let supervisor = Supervisor {
            options,
            guard,
            sockets,
            running: sender,
            stop: stop.clone(),
        };
        Ok(Self {
            endpoint,
            running,
            stop,
            supervisor: Some(tokio::spawn(supervisor.run(postmaster))),
        })
    }

    /// Where the server answers; the same after a restart.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The configuration of a connection to the gateway's database.
    pub fn connection(&self) -> tokio_postgres::Config {
        self.endpoint.config()
    }

    /// The postmaster's process; `None` while the server is down.
    pub fn postmaster_pid(&self) -> Option<i32> {
        *self.running.borrow()
    }

    /// Follows [`Cluster::postmaster_pid`] through restarts.
    pub fn running(&self) -> watch::Receiver<Option<i32>> {
        self.running.clone()
    }

    /// Stops the server and waits until it has ended.
    ///
    /// # Errors
    /// [`PgError::Killed`] if it would not stop.
    pub async fn stop(mut self) -> Result<(), PgError> {
        self.stop.cancel();
        match self.supervisor.take() {
            Some(supervisor) => supervisor.await.expect("the supervisor does not panic"),
            None => Ok(()),
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The supervisor stops the server; if the runtime ends first, the guard does.
        self.stop.cancel();
    }
}

/// The name of the user this process runs as, which peer authentication asks for.
fn own_name() -> Result<String, PgError> {
    let uid = Uid::effective();
    if uid.is_root() {
        return Err(PgError::Root);
    }
    match User::from_uid(uid) {
        Ok(Some(user)) => Ok(user.name),
        Ok(None) | Err(_) => Err(PgError::NamelessUser(uid.as_raw())),
    }
}

/// Lets the users of this start connect as the gateway's role, and nobody else.
///
/// Written at each start, because a data directory can move to a machine with other users.
fn write_authentication(options: &ClusterOptions, user: &str) -> Result<(), PgError> {
    let users = options.peers.iter().map(String::as_str).chain([user]);
    let map: Vec<String> = users
        .map(|user| format!("gateway \"{user}\" {ROLE}\n"))
        .collect();
    for (name, text) in [
        ("pg_hba.conf", "local all all peer map=gateway\n".to_owned()),
        ("pg_ident.conf", map.concat()),
    ] {
        let path = options.cluster.join(name);
        // Left alone if it is right: rewriting on a full disk would empty it.
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::write(&path, text).map_err(PgError::access("write", &path))?;
        }
    }
    Ok(())
}

fn too_slow(endpoint: &Endpoint) -> PgError {
    PgError::io("set up a database at", endpoint.socket())(io::ErrorKind::TimedOut.into())
}

/// Makes the gateway's database if it is not there.
async fn ensure_database(endpoint: &Endpoint) -> Result<(), PgError> {
    let name = &endpoint.database;
    let (client, connection) = endpoint
        .with_database("postgres")
        .config()
        .connect(NoTls)
        .await?;
    let work = async move {
        let exists = "SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1";
        if client.query_opt(exists, &[name]).await?.is_none() {
            let create = format!("CREATE DATABASE \"{}\"", name.replace('"', "\"\""));
            client.batch_execute(&create).await?;
        }
        Ok(())
    };
    // The connection ends with its client, and its error is the work's.
    let (result, _) = tokio::join!(work, connection);
    result
}
