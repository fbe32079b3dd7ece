//! Whoever waits shares one sync, and nobody is answered before it has returned.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use bytes::Bytes;
use chunkgate::content::{
    SegmentId, Store,
    journal::{Directory, Journal, Observer},
};
use futures_util::{future::join_all, poll};

use super::{
    support::{PATH, small},
    test_disk::{Step, TestDisk},
};

#[derive(Default)]
struct Groups(Mutex<Vec<usize>>);

impl Observer for Groups {
    fn synced(&self, appends: usize, _took: Duration) {
        self.0.lock().unwrap().push(appends);
    }
}

#[tokio::test]
async fn those_who_ask_while_a_sync_runs_share_the_next_one() {
    let disk = TestDisk::new();
    let groups = Arc::new(Groups::default());
    let directory = Directory::open(Arc::new(disk.clone()), PATH.as_ref()).unwrap();
    let observer = Arc::clone(&groups) as Arc<dyn Observer>;
    let store = Journal::open(directory, small(), SegmentId(0), observer).unwrap();

    let (begun, has_begun) = mpsc::channel();
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    disk.hook(move |step| {
        if matches!(step, Step::SyncData(name) if name.starts_with("segment-")) {
            begun.send(()).unwrap();
            // Once the sender is gone, nothing waits.
            let _ = gate.lock().unwrap().recv();
        }
        Ok(())
    });

    let mut seals = Vec::new();
    for i in 0..10 {
        let mut writer = store.writer(Some(i));
        writer.write(Bytes::from_static(b"together")).await.unwrap();
        let mut seal = writer.seal();
        // A seal asks when it is first polled.
        assert!(poll!(&mut seal).is_pending());
        seals.push(seal);
        if i == 0 {
            has_begun.recv().unwrap();
        }
    }
    for seal in &mut seals {
        assert!(
            poll!(seal).is_pending(),
            "answered before the sync has returned"
        );
    }
    drop(release);
    for sealed in join_all(seals).await {
        assert_eq!(sealed.unwrap().extents.len(), 1);
    }
    assert_eq!(*groups.0.lock().unwrap(), [1, 9]);
    store.close().await;
}
