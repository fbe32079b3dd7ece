//! What runs in the host's process.

use std::{
    env, fs,
    io::{self, Write},
    path::Path,
    thread,
};

use chunkgate::pg::{
    Claim, Cluster, ClusterOptions, DataDir, Durability, PgError, Search,
    privileges::{self, MachineUsers, Plan, Users},
};
use tokio::sync::mpsc;

use super::{ORDERS, Orders, PATIENCE, Report, Server, end_of};

#[test]
#[ignore = "not a test: a process that other tests start"]
fn host() {
    let Ok(orders) = env::var(ORDERS) else {
        return;
    };
    let orders: Orders = serde_json::from_str(&orders).expect("orders");
    let starter = give_up_root(&orders.directory);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    if let Err(message) = runtime.block_on(run(&orders, starter)) {
        report(&Report::Failed(message));
    }
}

/// Becomes an ordinary user, if root; returns the name of the user that started the process.
fn give_up_root(directory: &Path) -> String {
    let euid = rustix::process::geteuid().as_raw();
    let starter = MachineUsers.by_uid(euid).expect("this user has a name");
    let owner = privileges::owner(directory);
    let plan = privileges::plan(euid, owner, None, &MachineUsers).expect("a user to become");
    if let Plan::Become(user) = &plan {
        privileges::hand_over(user, directory).expect("a directory");
    }
    privileges::apply(&plan).expect("privileges");
    starter.name
}

async fn run(orders: &Orders, starter: String) -> Result<(), String> {
    let text = |error: PgError| error.to_string();
    let directory = match DataDir::claim(&orders.directory, PATIENCE)
        .await
        .map_err(text)?
    {
        Claim::Owned(directory) => directory,
        Claim::Held(held) => {
            report(&Report::Held(held.endpoint().clone()));
            return Ok(());
        }
    };
    report(&Report::Claimed);
    let mut commands = lines_of_stdin();
    if orders.pause_when_claimed {
        commands.recv().await;
    }
    let options = options(orders, &directory, starter).map_err(text)?;
    let cluster = Cluster::start(options).await.map_err(text)?;
    directory.publish(cluster.endpoint()).map_err(text)?;
    report(&Report::Ready(Server {
        endpoint: cluster.endpoint().clone(),
        postmaster: cluster.postmaster_pid().expect("it has just started"),
    }));

    let told_to_stop = async {
        match orders.watch {
            Some(process) => end_of(process).await,
            None => while commands.recv().await.is_some() {},
        }
    };
    tokio::select! {
        () = told_to_stop => {}
        () = report_restarts(&cluster) => {}
    }
    cluster.stop().await.map_err(text)?;
    if orders.watch.is_some() {
        // The run is over; what cannot be removed is the temporary directory's business.
        let _ = fs::remove_dir_all(directory.path());
    }
    drop(directory);
    report(&Report::Stopped);
    Ok(())
}

fn options(
    orders: &Orders,
    directory: &DataDir,
    starter: String,
) -> Result<ClusterOptions, PgError> {
    let programs = Search::machine(orders.bin_dir.clone()).programs_for(&directory.cluster())?;
    let mut options = ClusterOptions::new(directory, programs);
    options.durability = if orders.durable {
        Durability::Durable
    } else {
        Durability::FsyncOff
    };
    options.peers = vec![starter];
    options.max_connections = 300;
    options.settings.clone_from(&orders.settings);
    Ok(options)
}

/// A thread reads them, because a runtime would not end while a read of stdin is under way.
fn lines_of_stdin() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(1);
    thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

async fn report_restarts(cluster: &Cluster) {
    let mut running = cluster.running();
    while running.changed().await.is_ok() {
        report(&Report::Running(*running.borrow_and_update()));
    }
}

fn report(report: &Report) {
    let line = serde_json::to_string(report).expect("reports are plain data");
    // Whoever started the host may have gone.
    let _ = writeln!(io::stderr(), "{line}");
}
