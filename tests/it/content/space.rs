//! Nothing is allocated below the minimum of free space.

use std::io::{self, ErrorKind};

use bytes::Bytes;
use chunkgate::content::{ContentError, Store, journal::JournalSettings};

use super::{
    support::{PATH, append, open, small},
    test_disk::{Step, TestDisk},
};
use crate::support::eventually::until;

const MINIMUM: u64 = 10_000_000;

fn settings() -> JournalSettings {
    JournalSettings {
        min_free: MINIMUM,
        ..small()
    }
}

fn is_no_space(error: &ContentError) -> bool {
    matches!(
        error,
        ContentError::NoSpace {
            minimum: MINIMUM,
            ..
        }
    )
}

#[tokio::test]
async fn below_the_minimum_nothing_is_admitted() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), settings());
    disk.set_free(MINIMUM - 1);
    until("the shortage is seen", async || store.admit().is_err()).await;
    let error = store.admit().unwrap_err();
    assert!(is_no_space(&error), "{error}");
    assert!(is_no_space(&store.probe().await.unwrap_err()));
    assert_eq!(store.usage().free_bytes, 0);

    disk.set_free(MINIMUM * 2);
    until("the space is seen", async || store.admit().is_ok()).await;
    store.probe().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn no_segment_is_allocated_that_would_go_below_the_minimum() {
    let disk = TestDisk::new();
    disk.set_free(MINIMUM + JournalSettings::SMALLEST_SEGMENT - 1);
    let store = open(disk.clone(), settings());
    store.admit().unwrap();
    let error = append(&*store, &Bytes::from_static(b"no room"))
        .await
        .unwrap_err();
    assert!(is_no_space(&error), "{error}");
    let names = disk.names(PATH);
    assert!(
        !names.iter().any(|name| name.starts_with("ready-")),
        "{names:?}"
    );

    disk.set_free(MINIMUM + JournalSettings::SMALLEST_SEGMENT);
    until("the space is seen", async || store.admit().is_ok()).await;
    append(&*store, &Bytes::from_static(b"room")).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_disk_that_is_full_before_its_time_gets_its_space_back() {
    let disk = TestDisk::new();
    disk.hook(|step| match step {
        Step::Write(name) if name.starts_with("ready-") => {
            Err(io::Error::from(ErrorKind::StorageFull))
        }
        _ => Ok(()),
    });
    let store = open(disk.clone(), settings());
    append(&*store, &Bytes::from_static(b"no room"))
        .await
        .unwrap_err();
    store.close().await;
    let names = disk.names(PATH);
    assert!(
        !names.iter().any(|name| name.starts_with("ready-")),
        "{names:?}"
    );
}
