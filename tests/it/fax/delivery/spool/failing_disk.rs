//! An error at any step leaves nothing, names the mend, and the next try succeeds.

use std::{
    io::{self, ErrorKind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use chunkgate::fax::delivery::{
    Delivery, DeliveryError, Withdrawal,
    spool::{Spool, SpoolDisk},
};

use super::{
    super::{
        contract::{Harness, sent},
        support::{SMALL, attempt, documents, fax},
    },
    consumer::{PATH, Room},
    memory_disk::{MemoryDisk, Step},
};

/// Fails step `step`, counted from 0, and says whether it came to that.
fn fail_at(disk: &MemoryDisk, step: u64, kind: ErrorKind) -> impl Fn() -> bool {
    let steps = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&steps);
    disk.hook(move |_| {
        if counter.fetch_add(1, Ordering::SeqCst) == step {
            return Err(kind.into());
        }
        Ok(())
    });
    move || steps.load(Ordering::SeqCst) > step
}

fn text(error: &DeliveryError) -> String {
    assert!(matches!(error, DeliveryError::Unavailable(_)), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn a_hand_over_that_fails_leaves_nothing_and_succeeds_again() {
    for step in 0.. {
        let disk = MemoryDisk::new();
        let room = Room::in_memory(&disk);
        let spool = room.spool();
        let attempt = attempt(42, 1);
        let failed = fail_at(&disk, step, ErrorKind::Other);
        let result = spool.hand_over(&fax(attempt)).await;
        disk.no_hook();
        if let Err(error) = &result {
            assert!(text(error).contains("/data/spool"), "{error}");
            // Unless it was moved already, and could not be synced.
            if let Some((_, received)) = room.look(attempt) {
                assert_eq!(received.documents, documents(attempt, &SMALL));
            } else {
                assert_eq!(disk.names(&format!("{PATH}/new")), [""; 0]);
            }
            assert_eq!(disk.names(&format!("{PATH}/tmp")), [""; 0]);
        }
        spool.hand_over(&fax(attempt)).await.unwrap();
        assert_eq!(spool.kept(None, 9).await.unwrap(), [attempt]);
        assert!(room.begin(attempt).await.is_some());
        if !failed() {
            result.unwrap();
            assert!(step > 15, "steps were left out");
            break;
        }
    }
}

#[tokio::test]
async fn a_withdrawal_that_fails_succeeds_again() {
    for handed_over in [false, true] {
        for step in 0.. {
            let disk = MemoryDisk::new();
            let room = Room::in_memory(&disk);
            let spool = room.spool();
            let attempt = attempt(42, 1);
            if handed_over {
                spool.hand_over(&fax(attempt)).await.unwrap();
            }
            let failed = fail_at(&disk, step, ErrorKind::Other);
            let result = spool.withdraw(attempt).await;
            disk.no_hook();
            if let Err(error) = &result {
                text(error);
            }
            let again = spool.withdraw(attempt).await.unwrap();
            // A status that cannot be read may say that it was sent, but only for now.
            let only_too_late = matches!(result, Ok(Withdrawal::TooLate));
            assert!(!only_too_late || failed());
            assert_eq!(again, Withdrawal::Withdrawn);
            assert!(!room.take(attempt), "a withdrawn fax is sent");
            let _ = spool.probe().await;
            assert_eq!(disk.names(&format!("{PATH}/tmp")), [""; 0]);
            if !failed() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn forgetting_that_fails_succeeds_again() {
    for step in 0.. {
        let disk = MemoryDisk::new();
        let room = Room::in_memory(&disk);
        let spool = room.spool();
        let attempt = attempt(42, 1);
        spool.hand_over(&fax(attempt)).await.unwrap();
        room.begin(attempt).await.unwrap();
        room.end(attempt, &sent()).await;
        let failed = fail_at(&disk, step, ErrorKind::Other);
        let result = spool.forget(attempt).await;
        disk.no_hook();
        if let Err(error) = &result {
            text(error);
        }
        spool.forget(attempt).await.unwrap();
        let after = disk.after_power_cut(None);
        assert_eq!(after.names(&format!("{PATH}/new")), [""; 0]);
        spool.probe().await.unwrap();
        assert_eq!(disk.names(&format!("{PATH}/tmp")), [""; 0]);
        if !failed() {
            break;
        }
    }
}

#[tokio::test]
async fn an_outcome_that_cannot_be_read_or_synced_is_not_told() {
    for step in 0.. {
        let disk = MemoryDisk::new();
        let room = Room::in_memory(&disk);
        let spool = room.spool();
        let attempt = attempt(42, 1);
        spool.hand_over(&fax(attempt)).await.unwrap();
        room.begin(attempt).await.unwrap();
        room.end(attempt, &sent()).await;
        let failed = fail_at(&disk, step, ErrorKind::Other);
        let told = spool.outcomes(&[attempt]).await.unwrap();
        disk.no_hook();
        assert_eq!(told.is_empty(), failed());
        let again = spool.outcomes(&[attempt]).await.unwrap();
        assert_eq!(again, [(attempt, sent())]);
        if !failed() {
            break;
        }
    }
}

#[tokio::test]
async fn a_spool_that_fails_while_it_is_opened_opens_again() {
    for step in 0.. {
        let disk = MemoryDisk::new();
        let room = Room::in_memory(&disk);
        let failed = fail_at(&disk, step, ErrorKind::Other);
        let shared: Arc<dyn SpoolDisk> = Arc::new(disk.clone());
        let result = Spool::open_on(shared, &room.settings());
        disk.no_hook();
        if let Err(error) = &result {
            text(error);
        }
        room.spool().hand_over(&fax(attempt(1, 1))).await.unwrap();
        let after = Room::in_memory(&disk.after_power_cut(None));
        assert!(after.look(attempt(1, 1)).is_some());
        if !failed() {
            break;
        }
    }
}

#[tokio::test]
async fn errors_say_what_to_do() {
    let cases = [
        (ErrorKind::StorageFull, "make room"),
        (
            ErrorKind::ReadOnlyFilesystem,
            "mount the spool's file system for writing",
        ),
        (ErrorKind::PermissionDenied, "let the gateway's user"),
        (ErrorKind::Other, "see the system's log"),
    ];
    for (kind, mend) in cases {
        let disk = MemoryDisk::new();
        let room = Room::in_memory(&disk);
        let spool = room.spool();
        let attempt = attempt(42, 1);
        disk.hook(move |step: &Step| {
            let changes = [
                "create",
                "create_directory",
                "write",
                "link",
                "move_directory",
            ];
            if changes.contains(&step.call) {
                return Err(io::Error::from(kind));
            }
            Ok(())
        });
        let errors = [
            spool.hand_over(&fax(attempt)).await.unwrap_err(),
            spool.withdraw(attempt).await.unwrap_err(),
            spool.probe().await.unwrap_err(),
        ];
        for error in errors {
            assert!(text(&error).contains(mend), "{error}");
        }
        // What needs no space goes on.
        assert_eq!(spool.outcomes(&[attempt]).await.unwrap(), []);
        assert_eq!(spool.kept(None, 9).await.unwrap(), []);
        disk.no_hook();
        spool.probe().await.unwrap();
        spool.hand_over(&fax(attempt)).await.unwrap();
        assert!(room.begin(attempt).await.is_some());
    }
}
