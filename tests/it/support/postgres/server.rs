//! The server all tests of a run share.

use std::{
    env,
    fs::File,
    os::unix::process::parent_id,
    path::{Path, PathBuf},
    process,
    time::Duration,
};

use chunkgate::pg::{Claim, DataDir, Endpoint};
use tokio::{sync::OnceCell, task::spawn_blocking};

use super::host::{Host, Orders};

static SERVER: OnceCell<Endpoint> = OnceCell::const_new();

/// The run's server, started by the first test that asks.
pub async fn endpoint() -> &'static Endpoint {
    SERVER.get_or_init(find_or_start).await
}

async fn find_or_start() -> Endpoint {
    // One process of the run at a time looks, so that one host is started.
    let starting = File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres.lock"))
        .expect("a lock file");
    let _starting = spawn_blocking(move || starting.lock().map(|()| starting))
        .await
        .expect("a thread")
        .expect("the lock");
    let (directory, watch) = run();
    match running_in(&directory).await {
        Some(endpoint) => endpoint,
        None => start(&directory, watch).await,
    }
}

/// The directory of this run's server, and the process that lives as long as the run.
fn run() -> (PathBuf, i32) {
    let (key, process) = match env::var("NEXTEST_RUN_ID") {
        // A process for each test: the runner is their parent.
        Ok(run) => (run, parent_id()),
        Err(_) => (process::id().to_string(), process::id()),
    };
    let directory = env::temp_dir().join(format!("chunkgate-test-{key}"));
    (directory, process.try_into().expect("a process number"))
}

async fn running_in(directory: &Path) -> Option<Endpoint> {
    // Claiming would create it, and it is for the host to create.
    if !directory.exists() {
        return None;
    }
    match DataDir::claim(directory, Duration::from_secs(10)).await {
        Ok(Claim::Held(held)) => Some(held.endpoint().clone()),
        Ok(Claim::Owned(_)) => None,
        Err(error) => panic!("the run's server: {error}"),
    }
}

async fn start(directory: &Path, watch: i32) -> Endpoint {
    let mut host = Host::start(&Orders {
        watch: Some(watch),
        ..Orders::new(directory)
    });
    host.ready().await.endpoint
}
