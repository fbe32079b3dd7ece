//! A power cut at any step leaves a complete fax or none, and undoes nothing that was told.

use chunkgate::fax::delivery::{
    Attempt, Delivery, DeliveryError, Outcome, Report, Withdrawal,
    spool::{Spool, SpoolDisk},
};
use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;

use super::{
    super::{
        contract::{Harness, sent},
        support::{SMALL, attempt, documents, fax},
    },
    consumer::{PATH, Room},
    memory_disk::{Lie, MemoryDisk, Step},
};
use crate::content::support::Random;

const ATTEMPT: (i32, u32) = (42, 1);

fn the_attempt() -> Attempt {
    attempt(ATTEMPT.0, ATTEMPT.1)
}

fn open(disk: &MemoryDisk) -> Result<Spool, DeliveryError> {
    let disk: Arc<dyn SpoolDisk> = Arc::new(disk.clone());
    Spool::open_on(disk, &Room::in_memory(&MemoryDisk::new()).settings())
}

#[allow(
    clippy::struct_excessive_bools,
    reason = "each is an answer of its own"
)]
/// What a test does until the power fails, and what it was told before that.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    handed_over: bool,
    withdrawn: bool,
    ended: bool,
    forgotten: bool,
}

#[derive(Clone, Copy, Debug)]
enum Story {
    /// Handed over, sent, told, forgotten.
    Sent,
    /// Handed over and withdrawn.
    Withdrawn,
    /// Withdrawn, and then handed over.
    Late,
}

async fn work(disk: &MemoryDisk, story: Story, told: &mut Told) -> Result<(), DeliveryError> {
    let attempt = the_attempt();
    let spool = open(disk)?;
    if !matches!(story, Story::Late) {
        spool.hand_over(&fax(attempt)).await?;
        told.handed_over = true;
    }
    if !matches!(story, Story::Sent) {
        told.withdrawn = spool.withdraw(attempt).await? == Withdrawal::Withdrawn;
        spool.hand_over(&fax(attempt)).await?;
        return Ok(());
    }
    // The consumer syncs nothing.
    let room = Room::in_memory(disk);
    let _ = disk.create_directory(&room.directory(attempt).join("taken"), 0);
    let status = room.directory(attempt).join("status");
    let file = disk.create(&status, 0);
    let _ = file.and_then(|mut file| file.write(b"done\n"));
    told.ended = !spool.outcomes(&[attempt]).await?.is_empty();
    if told.ended {
        spool.forget(attempt).await?;
        told.forgotten = true;
    }
    Ok(())
}

/// Looks at what is left, and goes on.
async fn check(disk: &MemoryDisk, told: Told) {
    let attempt = the_attempt();
    let room = Room::in_memory(disk);
    let spool = open(disk).unwrap();
    assert_eq!(disk.names(&format!("{PATH}/tmp")), [""; 0], "not swept");
    let found = room.look(attempt);
    if told.handed_over && !told.ended && !told.withdrawn {
        assert!(found.is_some(), "a fax that was taken is gone");
    }
    if told.forgotten {
        assert!(found.is_none(), "it came back");
        return;
    }
    if told.ended {
        // It is over; whatever is left must not be sent again.
        if !disk.names(&format!("{PATH}/new")).is_empty() {
            assert!(!room.take(attempt), "an ended fax is sent again");
            let again = spool.outcomes(&[attempt]).await.unwrap();
            assert_eq!(again, [(attempt, Outcome::Sent(Report::default()))]);
        }
        return;
    }
    spool.hand_over(&fax(attempt)).await.unwrap();
    let disk = &disk.after_power_cut(None);
    let (room, spool) = (Room::in_memory(disk), open(disk).unwrap());
    assert_eq!(spool.kept(None, 9).await.unwrap(), [attempt]);
    if told.withdrawn {
        assert!(!room.take(attempt), "a withdrawn fax is sent");
        let answer = spool.withdraw(attempt).await.unwrap();
        assert_eq!(answer, Withdrawal::Withdrawn);
        return;
    }
    if let Some((_, received)) = room.look(attempt) {
        assert_eq!(received.documents, documents(attempt, &SMALL));
    } else {
        let answer = spool.withdraw(attempt).await.unwrap();
        assert_eq!(
            answer,
            Withdrawal::Withdrawn,
            "it is neither a fax nor withdrawn"
        );
    }
}

/// Cuts the power at every step of a story, and looks at several things that may be left.
async fn cut_everywhere(story: Story, lie: Option<Lie>) {
    let mut random = Random::new(1);
    for step in 0.. {
        assert!(step < 1000, "the story does not end");
        let disk = MemoryDisk::new();
        if let Some(lie) = lie {
            disk.lie(lie);
        }
        disk.cut_at(step);
        let mut told = Told::default();
        let result = work(&disk, story, &mut told).await;
        assert!(disk.is_off() || result.is_ok(), "{result:?}");
        check(&disk.after_power_cut(None), told).await;
        for _ in 0..20 {
            check(&disk.after_power_cut(Some(&mut random)), told).await;
        }
        if !disk.is_off() {
            break;
        }
    }
}

#[tokio::test]
async fn cut_while_a_fax_is_sent() {
    cut_everywhere(Story::Sent, None).await;
}

#[tokio::test]
async fn cut_while_a_fax_is_withdrawn() {
    cut_everywhere(Story::Withdrawn, None).await;
}

#[tokio::test]
async fn cut_while_a_fax_is_withdrawn_before_it_comes() {
    cut_everywhere(Story::Late, None).await;
}

/// A disk that only pretends to do these syncs must be found out: so the gateway needs them.
async fn found_out(story: Story, lie: Lie) {
    let story = AssertUnwindSafe(cut_everywhere(story, Some(lie)));
    assert!(story.catch_unwind().await.is_err(), "nobody misses it");
}

#[tokio::test]
async fn the_documents_must_be_synced() {
    found_out(Story::Sent, |step| step.is("sync_file", "1.pdf")).await;
    found_out(Story::Sent, |step| step.is("sync_file", "2.tif")).await;
}

#[tokio::test]
async fn the_description_must_be_synced() {
    found_out(Story::Sent, |step| step.is("sync_file", "fax.json")).await;
}

#[tokio::test]
async fn the_directory_of_a_fax_must_be_synced() {
    let lie =
        |step: &Step| step.call == "sync_directory" && step.path.starts_with("/data/spool/tmp/");
    found_out(Story::Sent, lie).await;
    found_out(Story::Late, lie).await;
}

#[tokio::test]
async fn the_directory_of_all_faxes_must_be_synced() {
    for story in [Story::Sent, Story::Withdrawn, Story::Late] {
        found_out(story, |step| step.is("sync_directory", "/new")).await;
    }
}

#[tokio::test]
async fn the_directories_above_must_be_synced() {
    found_out(Story::Sent, |step| step.is("sync_directory", "/")).await;
    found_out(Story::Sent, |step| step.is("sync_directory", "/data")).await;
    found_out(Story::Sent, |step| step.is("sync_directory", "/spool")).await;
}

#[tokio::test]
async fn a_withdrawal_must_be_synced() {
    let lie = |step: &Step| step.is("sync_directory", "/new/000000042.1");
    found_out(Story::Withdrawn, lie).await;
    found_out(Story::Withdrawn, |step| step.is("sync_file", "/taken")).await;
    found_out(Story::Late, |step| step.is("sync_file", "/taken")).await;
}

#[tokio::test]
async fn an_outcome_must_be_synced_before_it_is_told() {
    found_out(Story::Sent, |step| step.is("sync_file", "/status")).await;
    let lie = |step: &Step| step.is("sync_directory", "/new/000000042.1");
    found_out(Story::Sent, lie).await;
}

#[tokio::test]
async fn what_is_forgotten_must_be_moved_durably_before_it_is_removed() {
    found_out(Story::Sent, |step| step.is("sync_directory", "/tmp")).await;
}

#[tokio::test]
async fn a_hand_over_syncs_what_another_one_could_not() {
    let disk = MemoryDisk::new();
    let room = Room::in_memory(&disk);
    let spool = room.spool();
    let attempt = the_attempt();
    disk.hook(|step| {
        if step.is("sync_directory", "/new") {
            return Err(std::io::Error::other("broken"));
        }
        Ok(())
    });
    for _ in 0..2 {
        let error = spool.hand_over(&fax(attempt)).await.unwrap_err();
        assert!(matches!(error, DeliveryError::Unavailable(_)), "{error}");
    }
    disk.no_hook();
    spool.hand_over(&fax(attempt)).await.unwrap();
    let after = Room::in_memory(&disk.after_power_cut(None));
    assert!(after.begin(attempt).await.is_some());
    after.end(attempt, &sent()).await;
}
