//! Many writers, and readers beside reclamation, on the real disk.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use chunkgate::content::{Sealed, Store, disk::RealDisk, journal::Journal};
use tokio::sync::mpsc;

use super::support::{Random, append, open_at, read, small};

const WRITERS: u64 = 32;
const APPENDS: u64 = 8;

async fn write(store: Arc<Journal>, seed: u64, done: mpsc::Sender<(Sealed, Bytes)>) {
    let mut random = Random::new(seed);
    for _ in 0..APPENDS {
        let length = 1 + random.below(60_000);
        let bytes = random.bytes(length);
        let sealed = append(&*store, &bytes).await.unwrap();
        done.send((sealed, bytes)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_do_not_disturb_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_at(RealDisk, folder.path(), small());
    let (done, mut appends) = mpsc::channel(1024);
    for seed in 0..WRITERS {
        tokio::spawn(write(Arc::clone(&store), seed, done.clone()));
    }
    drop(done);
    let mut all = Vec::new();
    while let Some(append) = appends.recv().await {
        all.push(append);
    }
    assert_eq!(all.len() as u64, WRITERS * APPENDS);
    for (sealed, bytes) in &all {
        assert_eq!(read(&*store, &sealed.extents).await.unwrap(), *bytes);
    }
    store.close().await;
    drop(store);

    let store = open_at(RealDisk, folder.path(), small());
    for (sealed, bytes) in &all {
        assert_eq!(read(&*store, &sealed.extents).await.unwrap(), *bytes);
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_are_safe_from_reclamation() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_at(RealDisk, folder.path(), small());
    let (done, mut appends) = mpsc::channel(16);
    for seed in 0..WRITERS {
        tokio::spawn(write(Arc::clone(&store), seed, done.clone()));
    }
    drop(done);
    // Each append is read once, its extents forgotten, and whatever is idle is reclaimed at once.
    let mut reclaimed = BTreeSet::new();
    while let Some((sealed, bytes)) = appends.recv().await {
        let stream = store.read(sealed.extents);
        drop(sealed.pin);
        let idle = store.reclaimable(100);
        assert!(
            idle.iter().all(|segment| !reclaimed.contains(segment)),
            "an id came back"
        );
        store.reclaim(idle.clone()).await.unwrap();
        reclaimed.extend(idle);
        assert_eq!(super::support::collect(stream).await.unwrap(), bytes);
    }
    assert!(reclaimed.len() > 5, "only {reclaimed:?} were reclaimed");
    store.close().await;
}
