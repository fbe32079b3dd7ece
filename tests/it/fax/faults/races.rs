//! Cancelling races with everything that happens to a fax, and sending again with the end of its
//! documents: whoever wins, all sides agree on it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chunkgate::fax::{
    OutboxSettings,
    item::{SubmissionId, TransactionId, TransactionState},
    outcome::{CANCELLED, GIVEN_UP},
    repository::{NewRecipient, NewResend, Route},
};
use futures_util::future::join_all;
use tokio::{task::spawn_blocking, time::sleep};
use uuid::Uuid;

use super::support::{Consumer, Desk, SETTINGS, SPOOL, Working};
use crate::{crash::random::Random, support::eventually::until};

/// Faxes of a race that go their way side by side.
const AT_ONCE: usize = 20;
const ROUNDS: usize = 6;

/// What becomes of each fax when its client changes its mind after so many microseconds.
async fn race(finishes: bool, after: std::ops::Range<u64>) {
    let mut random = Random::announced();
    let desk = Desk::new().await;
    let settings = OutboxSettings {
        workers: 8,
        ..*SETTINGS
    };
    let outbox = desk.outbox(Arc::new(desk.spool()), settings);
    let working = Working::start(&outbox);
    let over = Arc::new(AtomicBool::new(false));
    let consuming = spawn_blocking({
        let (mut consumer, over) = (Consumer::new(desk.new_directory()), Arc::clone(&over));
        move || {
            let mut sending = Vec::new();
            loop {
                // Once more after the end: nothing may be left for it.
                let last = over.load(Ordering::SeqCst);
                sending.extend(consumer.look());
                if finishes || last {
                    sending.drain(..).for_each(|seen| seen.say("done\n"));
                }
                if last {
                    return consumer;
                }
                std::thread::sleep(Duration::from_micros(300));
            }
        }
    });
    let (mut ids, mut cancelled) = (Vec::new(), 0);
    for _ in 0..ROUNDS {
        let mut clients = Vec::new();
        for _ in 0..AT_ONCE {
            let pause = Duration::from_micros(random.within(after.clone()));
            let (desk, queued) = (&desk, &outbox.queued);
            clients.push(async move {
                let id = desk.fax(0).await;
                queued.notify_one();
                sleep(pause).await;
                let at_once = desk.faxes.cancel_waiting(&[id], &CANCELLED.end()).await;
                let asked = desk.faxes.request_cancellation(&[id]).await;
                queued.notify_one();
                if !at_once.expect("an answer").is_empty() {
                    return (id, true);
                }
                asked.expect("an answer");
                // As the client is told: cancelled, or not.
                until("it is decided", async || {
                    let queue = desk.item(id).await.queue;
                    !queue.is_some_and(|it| it.cancel_requested)
                })
                .await;
                (id, desk.item(id).await.state == TransactionState::Cancelled)
            });
        }
        for (id, told) in join_all(clients).await {
            ids.push(id);
            cancelled += usize::from(told);
            let is_cancelled = desk.item(id).await.state == TransactionState::Cancelled;
            assert_eq!(is_cancelled, told, "{:#?}", desk.item(id).await);
        }
    }
    if finishes {
        until("all are over", async || desk.queued().await == 0).await;
    }
    over.store(true, Ordering::SeqCst);
    let consumer = consuming.await.expect("no panic");
    until("all are over", async || desk.queued().await == 0).await;
    working.stop().await;
    for id in &ids {
        let item = desk.item(*id).await;
        let expected: &[_] = match item.state {
            TransactionState::Cancelled => &[],
            TransactionState::Sent => &[(1, 1)],
            _ => panic!("{item:#?}"),
        };
        assert_eq!(consumer.transmissions(*id), expected, "{item:#?}");
    }
    eprintln!("{cancelled} of {} were cancelled", ids.len());
    assert!((1..ids.len()).contains(&cancelled), "no race: {cancelled}");
}

/// Against the claim, the hand-over, and the consumer's `taken`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fax_is_cancelled_or_taken_and_never_both() {
    race(false, 0..30_000).await;
}

/// Against the outcome.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fax_is_cancelled_or_sent_and_never_both() {
    race(true, 0..60_000).await;
}

/// The upload of a fax and its extents.
async fn with_extents(desk: &Desk) -> (TransactionId, SubmissionId) {
    let id = desk.fax(0).await;
    let submission = desk.item(id).await.submission;
    let extents = format!(
        "INSERT INTO upload_extent (session_id, position, length, store_id, segment, segment_offset, checksum)
         SELECT session_id, 0, 24, gen_random_uuid(), 1, 0, decode(repeat('00', 16), 'hex')
         FROM fax_submission WHERE id = {}",
        submission.0
    );
    desk.world.run(&extents).await;
    let end = GIVEN_UP.end();
    let failed = desk.faxes.end(id, None, &[TransactionState::Waiting], &end);
    assert!(failed.await.expect("an answer"));
    (id, submission)
}

/// Whether the documents of a submission are kept, in all places.
async fn are_kept(desk: &Desk, submission: SubmissionId) -> bool {
    let kept = desk.faxes.content(submission).await.expect("an answer");
    let extents = format!(
        "SELECT count(*) FROM upload_extent e JOIN fax_submission f ON f.session_id = e.session_id WHERE f.id = {}",
        submission.0
    );
    assert_eq!(
        desk.world.number(&extents).await == 1,
        kept.is_some(),
        "{submission:?}"
    );
    kept.is_some()
}

/// Many faxes whose documents are dropped while somebody sends them again in one way or the other.
async fn against_the_drop(requeue: bool) {
    let mut random = Random::announced();
    let desk = Desk::new().await;
    let (mut again, mut dropped) = (0, 0);
    for round in 0..40 {
        let mut faxes = Vec::new();
        for _ in 0..6 {
            faxes.push(with_extents(&desk).await);
        }
        let mut pause = || Duration::from_micros(random.within(0..8_000));
        let sending = join_all(faxes.iter().map(|(id, submission)| {
            let (desk, pause) = (&desk, pause());
            async move {
                sleep(pause).await;
                if requeue {
                    let queued = desk.faxes.requeue(*id, SPOOL).await;
                    return queued.expect("an answer").map(|_| *submission);
                }
                let resent = desk.faxes.resend(&resend(desk, *id, *submission)).await;
                resent.expect("an answer").map(|it| it.submission)
            }
        }));
        // Nothing is kept any longer than its fax is under way, which is the hardest.
        let dropping = join_all((0..4).map(|_| {
            let (desk, pause) = (&desk, pause());
            async move {
                sleep(pause).await;
                let dropped = desk
                    .faxes
                    .drop_documents(Duration::ZERO, Duration::ZERO, 3)
                    .await;
                dropped.expect("an answer")
            }
        }));
        let (sent, _) = tokio::join!(sending, dropping);
        for (sent, (_, original)) in sent.into_iter().zip(&faxes) {
            if let Some(submission) = sent {
                again += 1;
                assert!(are_kept(&desk, submission).await, "round {round}");
            } else {
                dropped += 1;
                assert!(!are_kept(&desk, *original).await, "round {round}");
            }
        }
        desk.world.run("DELETE FROM fax_submission").await;
    }
    eprintln!("{again} were sent again, {dropped} were dropped before");
    assert!(again > 0 && dropped > 0, "no race");
}

fn resend(desk: &Desk, id: TransactionId, original: SubmissionId) -> NewResend {
    NewResend {
        original,
        account: desk.world.account,
        client_address: "127.0.0.1".to_owned(),
        fingerprint: [1; 32],
        token: Uuid::new_v4(),
        boot: desk.boot,
        subject: None,
        resend_of: id,
        recipients: vec![NewRecipient {
            number: "+1-212-5550100".to_owned(),
            contact: String::new(),
            is_valid: true,
        }],
        route: Route {
            delivery: SPOOL.to_owned(),
            holds_postponed: false,
        },
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_are_dropped_or_sent_again_by_their_client_and_never_both() {
    against_the_drop(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_are_dropped_or_sent_again_by_an_operator_and_never_both() {
    against_the_drop(true).await;
}
