//! Consumer, withdrawals and hand-overs in any order: one of them has the attempt.

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use bytes::Bytes;
use chunkgate::{
    engine::UploadError,
    fax::delivery::{
        Attempt, Content, Delivery, Withdrawal,
        spool::{RealSpoolDisk, Spool},
    },
};
use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::runtime::Handle;

use super::{
    super::support::{attempt, fax},
    consumer::Room,
    memory_disk::MemoryDisk,
};

/// Does something once, in front of step `step`; says whether it came to that.
pub fn at(
    disk: &MemoryDisk,
    step: u64,
    act: impl Fn() + Send + Sync + 'static,
) -> impl Fn() -> bool {
    let steps = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&steps);
    let acting = AtomicBool::new(false);
    disk.hook(move |_| {
        if !acting.load(Ordering::SeqCst) && counter.fetch_add(1, Ordering::SeqCst) == step {
            acting.store(true, Ordering::SeqCst);
            act();
        }
        Ok(())
    });
    move || steps.load(Ordering::SeqCst) > step
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_consumer_and_withdrawal_has_the_attempt_at_every_step() {
    for step in 0.. {
        let disk = MemoryDisk::new();
        let room = Arc::new(Room::in_memory(&disk));
        let spool = room.spool();
        let attempt = attempt(42, 1);
        spool.hand_over(&fax(attempt)).await.unwrap();
        let took = Arc::new(AtomicBool::new(false));
        let came = at(&disk, step, {
            let (room, took) = (Arc::clone(&room), Arc::clone(&took));
            move || took.store(room.take(attempt), Ordering::SeqCst)
        });
        let answer = spool.withdraw(attempt).await.unwrap();
        disk.no_hook();
        let expected = if took.load(Ordering::SeqCst) {
            Withdrawal::TooLate
        } else {
            Withdrawal::Withdrawn
        };
        assert_eq!(answer, expected, "at step {step}");
        if !came() {
            assert!(step > 5, "steps were left out");
            break;
        }
    }
}

/// Runs `first`, with all of `second` in front of each of its steps.
async fn interleave<F, S>(first: F, second: S)
where
    F: AsyncFn(&Spool),
    S: Fn(&Handle, &Spool) + Clone + Send + Sync + 'static,
{
    for step in 0.. {
        let disk = MemoryDisk::new();
        let room = Room::in_memory(&disk);
        let spool = Arc::new(room.spool());
        let came = at(&disk, step, {
            let (second, spool, handle) = (second.clone(), Arc::clone(&spool), Handle::current());
            move || second(&handle, &spool)
        });
        first(&spool).await;
        disk.no_hook();
        if came() {
            let attempt = attempt(42, 1);
            assert!(
                !room.take(attempt),
                "a withdrawn fax is sent, at step {step}"
            );
            assert_eq!(spool.kept(None, 9).await.unwrap(), [attempt]);
        } else {
            assert!(step > 5, "steps were left out");
            break;
        }
    }
}

async fn hand_over(spool: &Spool) {
    spool.hand_over(&fax(attempt(42, 1))).await.unwrap();
}

async fn withdraw(spool: &Spool) {
    let answer = spool.withdraw(attempt(42, 1)).await.unwrap();
    assert_eq!(answer, Withdrawal::Withdrawn);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawal_within_a_hand_over_counts() {
    interleave(hand_over, |handle, spool| handle.block_on(withdraw(spool))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hand_over_within_a_withdrawal_is_withdrawn() {
    interleave(withdraw, |handle, spool| handle.block_on(hand_over(spool))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_consumer_and_withdrawal_has_the_attempt_on_the_real_disk() {
    let room = Arc::new(Room::real(RealSpoolDisk::default()));
    let spool = Arc::new(room.spool());
    let mut withdrawn = 0;
    for transaction in 1..=300 {
        let attempt = attempt(transaction, 1);
        spool.hand_over(&fax(attempt)).await.unwrap();
        let start = Arc::new(Barrier::new(2));
        let consumer = {
            let (room, start) = (Arc::clone(&room), Arc::clone(&start));
            thread::spawn(move || {
                start.wait();
                // Somewhere in the middle of the withdrawal.
                thread::sleep(std::time::Duration::from_micros(
                    transaction.unsigned_abs().into(),
                ));
                room.take(attempt)
            })
        };
        start.wait();
        let answer = spool.withdraw(attempt).await.unwrap();
        let took = consumer.join().unwrap();
        let expected = if took {
            Withdrawal::TooLate
        } else {
            Withdrawal::Withdrawn
        };
        assert_eq!(answer, expected);
        withdrawn += u32::from(!took);
    }
    println!("withdrawn: {withdrawn} of 300");
}

/// Content whose end does not come.
struct Stuck;

impl Content for Stuck {
    fn open(&self) -> BoxStream<'static, Result<Bytes, UploadError>> {
        stream::iter([Ok(Bytes::from_static(b"a few bytes"))])
            .chain(stream::pending())
            .boxed()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hand_over_that_is_given_up_leaves_nothing_and_blocks_nobody() {
    let disk = MemoryDisk::new();
    let room = Room::in_memory(&disk);
    let spool = Arc::new(room.spool());
    let stuck = |attempt: Attempt| {
        let spool = Arc::clone(&spool);
        let mut fax = fax(attempt);
        fax.content = Arc::new(Stuck);
        tokio::spawn(async move { spool.hand_over(&fax).await.map(|_| ()) })
    };
    let calls: Vec<_> = (1..=100).map(|it| stuck(attempt(it, 1))).collect();
    while disk.names("/data/spool/tmp").is_empty() {
        tokio::task::yield_now().await;
    }
    // Whatever else there is to do does not wait for them.
    let answer = spool.withdraw(attempt(1, 1)).await.unwrap();
    assert_eq!(answer, Withdrawal::Withdrawn);
    for call in &calls {
        call.abort();
    }
    for call in calls {
        assert!(call.await.unwrap_err().is_cancelled());
    }
    spool.hand_over(&fax(attempt(200, 1))).await.unwrap();
    assert_eq!(
        spool.kept(None, 9).await.unwrap(),
        [attempt(1, 1), attempt(200, 1)]
    );
    while !disk.names("/data/spool/tmp").is_empty() {
        tokio::task::yield_now().await;
    }
}
