//! Reading and walking while a gateway writes.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use chunkgate::content::{
    ContentError, Extent, MAX_BLOCK, SegmentId, Store, journal::JournalReader,
};

use super::{
    support::{PATH, Random, append, collect, open, segment_path, small},
    test_disk::TestDisk,
};

fn reader(disk: &TestDisk) -> JournalReader {
    JournalReader::open(Arc::new(disk.clone()), PATH.as_ref()).unwrap()
}

#[tokio::test]
async fn a_reader_needs_no_lock() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), small());
    let bytes = Random::new(1).bytes(300_000);
    let sealed = append(&*store, &bytes).await.unwrap();
    let reader = reader(&disk);
    assert_eq!(reader.id(), store.id());
    assert_eq!(collect(reader.read(sealed.extents)).await.unwrap(), bytes);
    store.close().await;
}

#[tokio::test]
async fn a_damaged_row_does_not_make_a_reader_allocate() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), small());
    let sealed = append(&*store, &Bytes::from_static(b"x")).await.unwrap();
    for (offset, length) in [(0, u32::MAX), (u64::MAX / 2, 10)] {
        let wrong = Extent {
            offset,
            length,
            ..sealed.extents[0]
        };
        let error = collect(reader(&disk).read(vec![wrong])).await.unwrap_err();
        assert!(
            matches!(error, ContentError::Corrupt(extent) if extent == wrong),
            "{error}"
        );
    }
    store.close().await;
}

#[tokio::test]
async fn a_walk_tells_what_the_record_headers_say() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), small());
    let mut known = store.writer(Some(42));
    let mut unknown = store.writer(None);
    known.write(Bytes::from_static(b"one")).await.unwrap();
    unknown.write(Bytes::from_static(b"two")).await.unwrap();
    known.write(Bytes::from_static(b"three")).await.unwrap();
    let sealed = known.seal().await.unwrap();

    let reader = reader(&disk);
    assert!(reader.segments().unwrap().into_keys().eq([SegmentId(1)]));
    let records: Vec<_> = reader
        .walk(SegmentId(1))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let [one, two, three] = &records[..] else {
        panic!("{records:?}")
    };
    assert_eq!(
        [one.session, two.session, three.session],
        [Some(42), None, Some(42)]
    );
    assert_eq!([one.sequence, two.sequence, three.sequence], [0, 0, 1]);
    assert_eq!(one.append, three.append);
    assert_ne!(one.append, two.append);
    assert_eq!([one.extent, three.extent], sealed.extents[..]);
    assert!(records.iter().all(|record| record.intact));
    store.close().await;
}

#[tokio::test]
async fn a_walk_finds_its_way_behind_damage() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), small());
    let mut extents = Vec::new();
    for seed in 0..4 {
        let bytes = Random::new(seed).bytes(20_000);
        extents.extend(append(&*store, &bytes).await.unwrap().extents);
    }
    let path = segment_path(Path::new(PATH), SegmentId(1));
    disk.damage(&path, extents[1].offset - 1); // its header
    disk.damage(&path, extents[2].offset + 10_000); // its payload

    let records: Vec<_> = reader(&disk)
        .walk(SegmentId(1))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let found: Vec<_> = records
        .iter()
        .map(|record| (record.extent, record.intact))
        .collect();
    assert_eq!(
        found,
        [(extents[0], true), (extents[2], false), (extents[3], true)]
    );
    store.close().await;
}

#[tokio::test]
async fn a_walk_ends_at_the_end_of_a_full_segment() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), small());
    let sealed = append(&*store, &Random::new(1).bytes(MAX_BLOCK))
        .await
        .unwrap();
    let records: Vec<_> = reader(&disk)
        .walk(SegmentId(1))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].extent, sealed.extents[0]);
    store.close().await;
}

#[tokio::test]
async fn a_segment_with_a_damaged_header_is_not_walked() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), small());
    append(&*store, &Bytes::from_static(b"x")).await.unwrap();
    disk.damage(&segment_path(Path::new(PATH), SegmentId(1)), 20);
    let error = reader(&disk).walk(SegmentId(1)).err().unwrap().to_string();
    assert!(error.contains("it is not this segment's"), "{error}");
    store.close().await;
}
