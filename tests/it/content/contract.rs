//! What any content store must do. Call [`contract!`](super::contract) with a harness.

use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use chunkgate::content::{ContentError, Extent, MAX_BLOCK, SegmentId, SharedStore, StoreId};
use futures_util::StreamExt;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

use super::support::{Random, append, read};

/// Opens one store, again and again.
#[async_trait]
pub trait Harness: Send + Sync {
    /// Opens the store; the one opened before has been closed. It has no cooling time.
    async fn open(&self) -> SharedStore;

    /// Inverts a stored byte of the extent.
    fn damage(&self, extent: &Extent);
}

/// Tests a harness against the whole contract: one test a function.
#[macro_export]
macro_rules! contract {
    ($harness:expr) => {
        $crate::contract!(@each $harness;
            bytes_are_read_in_the_order_they_were_written,
            extents_describe_their_bytes,
            an_empty_append_seals_to_nothing,
            sealed_bytes_are_there_after_opening_again,
            appends_at_the_same_time_do_not_mix,
            wrong_bytes_never_leave,
            an_extent_of_another_store_is_refused,
            an_extent_of_a_missing_segment_is_refused,
            what_a_pin_holds_is_not_reclaimed,
            what_a_stream_reads_is_not_reclaimed,
            what_is_being_written_is_not_reclaimed,
            abandoned_bytes_are_reclaimed,
            a_segment_is_reclaimed_once,
            segment_ids_rise_after_opening_again,
            an_open_store_admits_and_works,
            a_closed_store_takes_nothing,
        );
    };
    (@each $harness:expr; $($rule:ident,)*) => {
        $(#[tokio::test]
        async fn $rule() {
            $crate::content::contract::$rule(&$harness).await;
        })*
    };
}

pub async fn bytes_are_read_in_the_order_they_were_written(harness: &dyn Harness) {
    let store = harness.open().await;
    let mut random = Random::new(1);
    for lengths in [
        &[1][..],
        &[MAX_BLOCK],
        &[3, MAX_BLOCK, 1, 70_000, MAX_BLOCK],
    ] {
        let mut writer = store.writer(None);
        let mut whole = Vec::new();
        for &length in lengths {
            let block = random.bytes(length);
            whole.extend_from_slice(&block);
            writer.write(block).await.unwrap();
        }
        let sealed = writer.seal().await.unwrap();
        assert_eq!(read(&*store, &sealed.extents).await.unwrap(), whole);
    }
    store.close().await;
}

pub async fn extents_describe_their_bytes(harness: &dyn Harness) {
    let store = harness.open().await;
    let bytes = Random::new(2).bytes(600_000);
    let sealed = append(&*store, &bytes).await.unwrap();
    let mut rest = &bytes[..];
    for extent in &sealed.extents {
        let (block, behind) = rest.split_at(extent.length as usize);
        assert_eq!(
            (extent.store, extent.checksum),
            (store.id(), xxh3_128(block))
        );
        rest = behind;
    }
    assert!(rest.is_empty());
    store.close().await;
}

pub async fn an_empty_append_seals_to_nothing(harness: &dyn Harness) {
    let store = harness.open().await;
    let sealed = store.writer(Some(7)).seal().await.unwrap();
    assert_eq!(sealed.extents, []);
    assert_eq!(read(&*store, &[]).await.unwrap(), b"");
    assert_eq!(
        store.usage().segments,
        0,
        "nothing is allocated for nothing"
    );
    store.close().await;
}

pub async fn sealed_bytes_are_there_after_opening_again(harness: &dyn Harness) {
    let store = harness.open().await;
    let id = store.id();
    let bytes = Random::new(3).bytes(400_000);
    let sealed = append(&*store, &bytes).await.unwrap();
    store.close().await;
    drop(store);

    let store = harness.open().await;
    assert_eq!(store.id(), id);
    assert_eq!(read(&*store, &sealed.extents).await.unwrap(), bytes);
    store.close().await;
}

pub async fn appends_at_the_same_time_do_not_mix(harness: &dyn Harness) {
    let store = harness.open().await;
    let mut random = Random::new(4);
    let mut writers: Vec<_> = (0..8)
        .map(|i| (store.writer(Some(i)), Vec::new()))
        .collect();
    for _ in 0..40 {
        let (writer, whole) = &mut writers[random.below(8)];
        let length = 1 + random.below(50_000);
        let block = random.bytes(length);
        whole.extend_from_slice(&block);
        writer.write(block).await.unwrap();
    }
    for (writer, whole) in writers {
        let sealed = writer.seal().await.unwrap();
        assert_eq!(read(&*store, &sealed.extents).await.unwrap(), whole);
    }
    store.close().await;
}

pub async fn wrong_bytes_never_leave(harness: &dyn Harness) {
    let store = harness.open().await;
    let bytes = Random::new(5).bytes(MAX_BLOCK * 3);
    let sealed = append(&*store, &bytes).await.unwrap();
    let damaged = sealed.extents[1];
    harness.damage(&damaged);

    let blocks: Vec<_> = store.read(sealed.extents).collect().await;
    assert_eq!(blocks.len(), 2, "the stream ends behind the error");
    assert_eq!(blocks[0].as_ref().unwrap(), &bytes[..MAX_BLOCK]);
    assert!(matches!(blocks[1], Err(ContentError::Corrupt(extent)) if extent == damaged));
    store.close().await;
}

pub async fn an_extent_of_another_store_is_refused(harness: &dyn Harness) {
    let store = harness.open().await;
    let sealed = append(&*store, &Bytes::from_static(b"here")).await.unwrap();
    let other = Extent {
        store: StoreId(Uuid::new_v4()),
        ..sealed.extents[0]
    };
    let error = read(&*store, &[other]).await.unwrap_err();
    assert!(matches!(error, ContentError::OtherStore { found, .. } if found == other.store));
    store.close().await;
}

pub async fn an_extent_of_a_missing_segment_is_refused(harness: &dyn Harness) {
    let store = harness.open().await;
    let sealed = append(&*store, &Bytes::from_static(b"here")).await.unwrap();
    let gone = Extent {
        segment: SegmentId(u64::MAX),
        ..sealed.extents[0]
    };
    let error = read(&*store, &[gone]).await.unwrap_err();
    assert!(matches!(error, ContentError::Missing(extent) if extent == gone));
    store.close().await;
}

/// Appends and forgets until `segment` is no longer the newest.
async fn move_on_from(store: &SharedStore, segment: SegmentId) {
    static SEED: AtomicU64 = AtomicU64::new(1000);
    let bytes = Random::new(SEED.fetch_add(1, Ordering::Relaxed)).bytes(MAX_BLOCK);
    for _ in 0..1000 {
        if append(&**store, &bytes).await.unwrap().extents[0].segment > segment {
            return;
        }
    }
    panic!("segment {segment} has no end");
}

pub async fn what_a_pin_holds_is_not_reclaimed(harness: &dyn Harness) {
    let store = harness.open().await;
    let bytes = Random::new(6).bytes(1000);
    let sealed = append(&*store, &bytes).await.unwrap();
    let segment = sealed.extents[0].segment;
    move_on_from(&store, segment).await;

    assert!(!store.reclaimable(1000).contains(&segment));
    assert_eq!(store.reclaim(vec![segment]).await.unwrap(), 0);
    assert_eq!(read(&*store, &sealed.extents).await.unwrap(), bytes);

    drop(sealed.pin);
    assert!(store.reclaimable(1000).contains(&segment));
    assert_eq!(store.reclaim(vec![segment]).await.unwrap(), 1);
    read(&*store, &sealed.extents).await.unwrap_err();
    store.close().await;
}

pub async fn what_a_stream_reads_is_not_reclaimed(harness: &dyn Harness) {
    let store = harness.open().await;
    let bytes = Random::new(7).bytes(1000);
    let sealed = append(&*store, &bytes).await.unwrap();
    let segment = sealed.extents[0].segment;
    let mut stream = store.read(sealed.extents);
    drop(sealed.pin);
    move_on_from(&store, segment).await;

    assert_eq!(store.reclaim(vec![segment]).await.unwrap(), 0);
    assert_eq!(stream.next().await.unwrap().unwrap(), bytes);
    drop(stream);
    assert_eq!(store.reclaim(vec![segment]).await.unwrap(), 1);
    store.close().await;
}

pub async fn what_is_being_written_is_not_reclaimed(harness: &dyn Harness) {
    let store = harness.open().await;
    let mut writer = store.writer(None);
    let bytes = Random::new(8).bytes(1000);
    writer.write(bytes.clone()).await.unwrap();
    // The writer's segment is the one that the next append begins in.
    let segment = append(&*store, &bytes).await.unwrap().extents[0].segment;
    move_on_from(&store, segment).await;

    assert_eq!(store.reclaim(vec![segment]).await.unwrap(), 0);
    let sealed = writer.seal().await.unwrap();
    assert_eq!(sealed.extents[0].segment, segment);
    assert_eq!(store.reclaim(vec![segment]).await.unwrap(), 0);
    assert_eq!(read(&*store, &sealed.extents).await.unwrap(), bytes);
    store.close().await;
}

pub async fn abandoned_bytes_are_reclaimed(harness: &dyn Harness) {
    let store = harness.open().await;
    let mut writer = store.writer(None);
    writer
        .write(Bytes::from_static(b"never sealed"))
        .await
        .unwrap();
    drop(writer);
    let segment = append(&*store, &Bytes::from_static(b"x"))
        .await
        .unwrap()
        .extents[0]
        .segment;
    move_on_from(&store, segment).await;
    assert_eq!(store.reclaim(vec![segment]).await.unwrap(), 1);
    store.close().await;
}

pub async fn a_segment_is_reclaimed_once(harness: &dyn Harness) {
    let store = harness.open().await;
    let segment = append(&*store, &Bytes::from_static(b"x"))
        .await
        .unwrap()
        .extents[0]
        .segment;
    move_on_from(&store, segment).await;
    let (one, other) = tokio::join!(
        store.reclaim(vec![segment, segment]),
        store.reclaim(vec![segment])
    );
    assert_eq!(one.unwrap() + other.unwrap(), 1);
    store.close().await;
}

pub async fn segment_ids_rise_after_opening_again(harness: &dyn Harness) {
    let mut last = None;
    for _ in 0..3 {
        let store = harness.open().await;
        // Nothing is live; even so no id may come back, also not before the first write.
        store.reclaim(store.reclaimable(1000)).await.unwrap();
        store.close().await;
        drop(store);

        let store = harness.open().await;
        let sealed = append(&*store, &Bytes::from_static(b"x")).await.unwrap();
        let segment = sealed.extents[0].segment;
        assert!(Some(segment) > last, "{segment} after {last:?}");
        last = Some(segment);
        store.close().await;
    }
}

pub async fn an_open_store_admits_and_works(harness: &dyn Harness) {
    let store = harness.open().await;
    store.admit().unwrap();
    store.probe().await.unwrap();
    store.admit().unwrap();
    store.close().await;
}

pub async fn a_closed_store_takes_nothing(harness: &dyn Harness) {
    fn assert_closed<T>(result: &Result<T, ContentError>) {
        assert!(matches!(result, Err(ContentError::Unavailable(_))));
    }
    let store = harness.open().await;
    let sealed = append(&*store, &Bytes::from_static(b"before"))
        .await
        .unwrap();
    let mut begun = store.writer(None);
    begun.write(Bytes::from_static(b"begun")).await.unwrap();
    store.close().await;

    assert_closed(&begun.seal().await);
    assert_closed(&append(&*store, &Bytes::from_static(b"after")).await);
    assert_closed(&read(&*store, &sealed.extents).await);
    assert_closed(&store.reclaim(vec![sealed.extents[0].segment]).await);
    assert_closed(&store.probe().await);
    assert_closed(&store.admit());
    store.close().await;
}
