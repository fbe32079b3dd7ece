//! A failed write or sync poisons its segment, and the journal recovers by itself.

use std::{
    io::{self, ErrorKind},
    sync::{Arc, Mutex, mpsc},
};

use bytes::Bytes;
use chunkgate::content::{ContentError, SegmentId, Store};
use futures_util::poll;

use super::{
    support::{Random, append, open, read, small},
    test_disk::{Step, TestDisk},
};
use crate::support::eventually::until;

/// Fails the steps that `fails` names, and remembers all steps.
fn fail(
    disk: &TestDisk,
    kind: ErrorKind,
    fails: impl Fn(&Step) -> bool + Send + Sync + 'static,
) -> Arc<Mutex<Vec<Step>>> {
    let steps = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&steps);
    disk.hook(move |step| {
        seen.lock().unwrap().push(step.clone());
        if fails(step) {
            Err(io::Error::from(kind))
        } else {
            Ok(())
        }
    });
    steps
}

fn is_sync_of(step: &Step, segment: &str) -> bool {
    *step == Step::SyncData(segment.to_owned())
}

fn is_write_to(step: &Step, segment: &str) -> bool {
    *step == Step::Write(segment.to_owned())
}

const FIRST: &str = "segment-0000000000000001";

#[tokio::test]
async fn a_failed_sync_fails_everyone_in_the_segment_and_is_not_retried() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), small());
    let durable = append(&*store, &Bytes::from_static(b"durable before"))
        .await
        .unwrap();
    let steps = fail(&disk, ErrorKind::Other, |step| is_sync_of(step, FIRST));

    let mut other = store.writer(None);
    other
        .write(Bytes::from_static(b"written before, sealed after"))
        .await
        .unwrap();
    let mut third = store.writer(None);
    third
        .write(Bytes::from_static(b"wants to go on"))
        .await
        .unwrap();

    let error = append(&*store, &Bytes::from_static(b"sealed during"))
        .await
        .unwrap_err();
    assert!(
        matches!(error, ContentError::Poisoned(SegmentId(1))),
        "{error}"
    );
    let error = other.seal().await.unwrap_err();
    assert!(
        matches!(error, ContentError::Poisoned(SegmentId(1))),
        "{error}"
    );
    let error = third.write(Bytes::from_static(b"more")).await.unwrap_err();
    assert!(
        matches!(error, ContentError::Poisoned(SegmentId(1))),
        "{error}"
    );

    // Everyone else goes on in another segment.
    steps.lock().unwrap().push(Step::Remove("mark".to_owned()));
    let next = append(&*store, &Bytes::from_static(b"next")).await.unwrap();
    assert!(next.extents[0].segment > SegmentId(1));
    store.admit().unwrap();
    assert_eq!(
        read(&*store, &durable.extents).await.unwrap(),
        b"durable before"
    );

    store.close().await;
    let steps = steps.lock().unwrap();
    assert_eq!(
        steps.iter().filter(|step| is_sync_of(step, FIRST)).count(),
        1,
        "synced again"
    );
    let mark = steps
        .iter()
        .position(|step| *step == Step::Remove("mark".to_owned()))
        .unwrap();
    assert!(
        !steps[mark..].iter().any(|step| is_write_to(step, FIRST)),
        "written again"
    );
}

#[tokio::test]
async fn those_who_wait_behind_a_failing_sync_fail_without_another_one() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), small());
    let (begun, has_begun) = mpsc::channel();
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let steps = fail(&disk, ErrorKind::Other, move |step| {
        let fails = is_sync_of(step, FIRST);
        if fails {
            // Errors only say that the test has moved on.
            let _ = begun.send(());
            let _ = gate.lock().unwrap().recv();
        }
        fails
    });

    let mut seals = Vec::new();
    for _ in 0..2 {
        let mut writer = store.writer(None);
        writer.write(Bytes::from_static(b"waits")).await.unwrap();
        let mut seal = writer.seal();
        assert!(poll!(&mut seal).is_pending());
        seals.push(seal);
        if seals.len() == 1 {
            has_begun.recv().unwrap();
        }
    }
    drop(release);
    for seal in seals {
        let error = seal.await.unwrap_err();
        assert!(
            matches!(error, ContentError::Poisoned(SegmentId(1))),
            "{error}"
        );
    }
    store.close().await;
    let steps = steps.lock().unwrap();
    assert_eq!(
        steps.iter().filter(|step| is_sync_of(step, FIRST)).count(),
        1,
        "synced again"
    );
}

#[tokio::test]
async fn a_failed_write_poisons_the_segment() {
    // A full disk, too, is an error of the append that met it and of the segment.
    for kind in [ErrorKind::Other, ErrorKind::StorageFull] {
        let disk = TestDisk::new();
        let store = open(disk.clone(), small());
        let mut other = store.writer(None);
        other
            .write(Bytes::from_static(b"in the same segment"))
            .await
            .unwrap();
        fail(&disk, kind, |step| is_write_to(step, FIRST));

        let error = append(&*store, &Bytes::from_static(b"fails"))
            .await
            .unwrap_err();
        assert!(
            matches!(&error, ContentError::Io { operation: "write", source, .. } if source.kind() == kind),
            "{error}"
        );
        let error = other.seal().await.unwrap_err();
        assert!(
            matches!(error, ContentError::Poisoned(SegmentId(1))),
            "{error}"
        );

        let next = append(&*store, &Bytes::from_static(b"next")).await.unwrap();
        assert!(next.extents[0].segment > SegmentId(1));
        store.close().await;
    }
}

#[tokio::test]
async fn a_poisoned_segment_is_deleted_and_not_used_again() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), small());
    let steps = fail(&disk, ErrorKind::Other, |step| is_sync_of(step, FIRST));
    append(&*store, &Bytes::from_static(b"fails"))
        .await
        .unwrap_err();
    append(&*store, &Bytes::from_static(b"next")).await.unwrap();

    assert_eq!(store.reclaim(vec![SegmentId(1)]).await.unwrap(), 1);
    assert!(
        steps
            .lock()
            .unwrap()
            .contains(&Step::Remove(FIRST.to_owned()))
    );
    store.close().await;
}

#[tokio::test]
async fn without_a_new_segment_nothing_is_admitted_until_one_can_be_opened() {
    let broken: [fn(&Step) -> bool; 5] = [
        |step| matches!(step, Step::Create(_)),
        |step| matches!(step, Step::Write(name) if name.starts_with("ready-")),
        |step| matches!(step, Step::SyncData(name) if name.starts_with("ready-")),
        |step| matches!(step, Step::Rename(..)),
        |step| matches!(step, Step::SyncDirectory(_)),
    ];
    for (case, broken) in broken.into_iter().enumerate() {
        let disk = TestDisk::new();
        let store = open(disk.clone(), small());
        append(&*store, &Bytes::from_static(b"works"))
            .await
            .unwrap();
        fail(&disk, ErrorKind::Other, move |step| {
            is_sync_of(step, FIRST) || broken(step)
        });
        let error = append(&*store, &Bytes::from_static(b"fails"))
            .await
            .unwrap_err();
        assert!(
            matches!(error, ContentError::Poisoned(SegmentId(1))),
            "case {case}: {error}"
        );

        // A ready file that was prepared before may still carry some appends.
        let bytes = Random::new(1).bytes(200_000);
        let mut error = None;
        for _ in 0..10 {
            error = append(&*store, &bytes).await.err();
            if error.is_some() {
                break;
            }
        }
        assert!(
            matches!(error, Some(ContentError::Unavailable(_))),
            "case {case}: {error:?}"
        );
        let error = store.admit().unwrap_err();
        assert!(
            matches!(error, ContentError::Unavailable(_)),
            "case {case}: {error}"
        );
        let error = store.probe().await.unwrap_err();
        assert!(
            matches!(error, ContentError::Unavailable(_)),
            "case {case}: {error}"
        );

        // Nobody writes, so only the journal itself can find out that the disk works again.
        disk.no_hook();
        until("the journal admits again", async || store.admit().is_ok()).await;
        store.probe().await.unwrap();
        append(&*store, &bytes).await.unwrap();
        store.close().await;
    }
}

#[tokio::test]
async fn an_id_whose_opening_failed_is_not_used_again() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), small());
    fail(&disk, ErrorKind::Other, |step| {
        matches!(step, Step::Rename(..))
    });
    append(&*store, &Bytes::from_static(b"fails"))
        .await
        .unwrap_err();
    disk.no_hook();
    until("the journal admits again", async || store.admit().is_ok()).await;
    let sealed = append(&*store, &Bytes::from_static(b"works"))
        .await
        .unwrap();
    assert!(sealed.extents[0].segment > SegmentId(1));
    store.close().await;
}

#[tokio::test]
async fn an_append_whose_write_was_abandoned_cannot_be_sealed() {
    let disk = TestDisk::new();
    let store = open(disk.clone(), small());
    let mut writer = store.writer(None);
    writer.write(Bytes::from_static(b"first")).await.unwrap();

    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    disk.hook(move |step| {
        if is_write_to(step, FIRST) {
            // An error only says that the test has ended.
            let _ = gate.lock().unwrap().recv();
        }
        Ok(())
    });
    let abandoned = poll!(writer.write(Bytes::from_static(b"second")));
    assert!(abandoned.is_pending());
    drop(release);

    let error = writer.seal().await.unwrap_err();
    assert!(matches!(error, ContentError::Unavailable(_)), "{error}");
    store.close().await;
}
