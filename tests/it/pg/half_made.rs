//! A cluster exists whole or not at all.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use chunkgate::pg::Search;

use super::{Place, connect, value};
use crate::support::postgres::host::{Host, Orders};

/// Programs whose `initdb` dies when it has made something that looks like a cluster.
fn failing_programs(folder: &Path) -> PathBuf {
    let bin = folder.join("bin");
    fs::create_dir(&bin).expect("a folder");
    let real = Search::machine(None)
        .programs_for(Path::new("/nonexistent"))
        .expect("PostgreSQL is installed");
    symlink(real.postgres(), bin.join("postgres")).expect("a link");
    let script = format!(
        "#!/bin/sh\necho {} >\"$2/PG_VERSION\"\necho 'power cut' >&2\nexit 1\n",
        real.version()
    );
    let initdb = bin.join("initdb");
    fs::write(&initdb, script).expect("a program");
    fs::set_permissions(&initdb, fs::Permissions::from_mode(0o755)).expect("a program");
    bin
}

#[tokio::test]
async fn what_an_interrupted_initdb_left_is_not_used() {
    let place = Place::new();
    let mut host = Host::start(&Orders {
        bin_dir: Some(failing_programs(place.folder.path())),
        ..place.orders()
    });
    let message = host.failed().await;
    assert!(message.contains("power cut"), "{message}");
    let leftovers = names(&place.directory());
    assert!(
        leftovers
            .iter()
            .any(|name| name.starts_with("postgres.new-")),
        "{leftovers:?}"
    );
    assert!(!place.directory().join("postgres").exists());

    let mut host = place.start();
    let client = connect(&host.ready().await.endpoint).await;
    assert_eq!(value(&client, "SELECT 'whole'").await, "whole");
    let names = names(&place.directory());
    assert!(
        !names.iter().any(|name| name.starts_with("postgres.new-")),
        "{names:?}"
    );
    host.stop().await;
}

fn names(directory: &Path) -> Vec<String> {
    fs::read_dir(directory)
        .expect("the data directory")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}
