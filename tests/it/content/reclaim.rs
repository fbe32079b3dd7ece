//! Cooling, recycling and deleting of segments that hold nothing live.

use std::{path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use chunkgate::content::{
    SegmentId, Store,
    journal::{Journal, JournalReader, JournalSettings},
};

use super::{
    support::{PATH, Random, append, open, small},
    test_disk::TestDisk,
};
use crate::support::eventually::until;

/// Fills segments, forgetting everything, until `segment` is written.
async fn fill_until(store: &Journal, segment: u64) {
    let bytes = Random::new(segment).bytes(200_000);
    while append(store, &bytes).await.unwrap().extents[0].segment < SegmentId(segment) {}
}

fn is_there(disk: &TestDisk, segment: u64) -> bool {
    disk.names(PATH).contains(&format!("segment-{segment:016}"))
}

#[tokio::test]
async fn a_segment_cools_before_it_is_reclaimed() {
    let disk = TestDisk::new();
    let cooling = JournalSettings {
        recycle_after: Duration::from_hours(1),
        ..small()
    };
    let store = open(disk.clone(), cooling.clone());
    fill_until(&store, 3).await;
    assert_eq!(store.reclaimable(10), []);
    assert_eq!(store.reclaim(vec![SegmentId(1)]).await.unwrap(), 0);
    store.close().await;
    drop(store);

    // What cooled before a restart is not known after it.
    let store = open(disk, cooling);
    assert_eq!(store.reclaimable(10), []);
    store.close().await;
}

#[tokio::test]
async fn a_segment_that_the_database_may_not_know_is_never_reclaimed() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), small());
    fill_until(&store, 4).await;
    store.close().await;
    drop(store);
    let keeping = JournalSettings {
        kept_to: SegmentId(2),
        ..small()
    };
    let store = open(disk.clone(), keeping);
    // Also if there are more of those than fit into one look.
    assert_eq!(store.reclaimable(1), [SegmentId(3)]);
    let all = (1..=3).map(SegmentId).collect();
    assert_eq!(store.reclaim(all).await.unwrap(), 1);
    assert!(is_there(&disk, 1) && is_there(&disk, 2) && !is_there(&disk, 3));
    store.close().await;
}

#[tokio::test]
async fn the_oldest_are_reclaimable_first_and_the_newest_never() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), small());
    fill_until(&store, 5).await;
    assert_eq!(store.reclaimable(2), [SegmentId(1), SegmentId(2)]);
    store.close().await;
    drop(store);

    let store = open(disk, small());
    let reclaimable = store.reclaimable(100);
    let newest = *reclaimable.last().unwrap();
    assert_eq!(store.reclaim(reclaimable).await.unwrap(), newest.0);
    assert_eq!(
        store.usage().segments,
        1,
        "the newest is left to bear its id"
    );
    store.close().await;
}

#[tokio::test]
async fn as_many_files_are_recycled_as_are_to_be_kept() {
    let settings = JournalSettings {
        recycled_segments: 3,
        ..small()
    };
    let disk = TestDisk::new();
    let store = open(disk.clone(), settings.clone());
    fill_until(&store, 6).await;
    store.close().await;
    drop(store);

    // Nothing is written, so no ready file is taken while this looks at them.
    let store = open(disk.clone(), settings.clone());
    until("a file is ready", async || store.usage().ready_segments > 0).await;
    let first = (1..=5).map(SegmentId).collect();
    assert_eq!(store.reclaim(first).await.unwrap(), 5);
    assert!((1..=5).all(|segment| !is_there(&disk, segment)));
    assert_eq!(store.usage().ready_segments, 3, "the others are deleted");
    store.close().await;
    drop(store);

    let store = open(disk, settings);
    assert_eq!(store.usage().ready_segments, 3, "they survive a restart");
    store.close().await;
}

#[tokio::test]
async fn old_records_of_a_recycled_file_are_not_believed() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), small());
    fill_until(&store, 2).await;
    store.close().await;
    drop(store);

    // The ready file goes, and preparing others takes more space than there is.
    disk.set_free(1);
    for name in disk
        .names(PATH)
        .iter()
        .filter(|name| name.starts_with("ready-"))
    {
        use chunkgate::content::disk::Disk as _;
        disk.remove(&Path::new(PATH).join(name)).unwrap();
    }
    let store = open(
        disk.clone(),
        JournalSettings {
            min_free: 1,
            ..small()
        },
    );
    assert_eq!(store.reclaim(vec![SegmentId(1)]).await.unwrap(), 1);
    assert!(!is_there(&disk, 1));
    assert_eq!(store.usage().ready_segments, 1, "it is recycled");

    let sealed = append(&*store, &Bytes::from_static(b"small"))
        .await
        .unwrap();
    let segment = sealed.extents[0].segment;
    let reader = JournalReader::open(Arc::new(disk), PATH.as_ref()).unwrap();
    let records: Vec<_> = reader.walk(segment).unwrap().map(Result::unwrap).collect();
    let extents: Vec<_> = records.iter().map(|record| record.extent).collect();
    assert_eq!(extents, sealed.extents);
    store.close().await;
}

#[tokio::test]
async fn a_segment_of_another_size_is_deleted() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), small());
    fill_until(&store, 2).await;
    store.close().await;
    drop(store);

    let larger = JournalSettings {
        segment_size: JournalSettings::SMALLEST_SEGMENT * 2,
        recycled_segments: 5,
        ..small()
    };
    let store = open(disk.clone(), larger);
    assert_eq!(store.reclaim(vec![SegmentId(1)]).await.unwrap(), 1);
    assert!(!is_there(&disk, 1));
    store.close().await;
}
