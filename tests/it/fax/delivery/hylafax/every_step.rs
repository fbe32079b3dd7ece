//! Cut between any two commands, and taken up again: one job at the end, complete.

use chunkgate::fax::delivery::{Attempt, Delivery, DeliveryError, Outcome, ledger::Phase};
use nix::sys::signal::Signal;
use std::time::Duration;
use tokio::time::sleep;

use super::{
    super::{
        contract::sent,
        support::{SMALL, attempt, documents, fax},
    },
    desk::Desk,
    line::{Line, Where},
    server::{is_here, kill_sessions},
};

/// "No work found in job file".
const NO_WORK: &str = "329";

/// Hands a fax over through a line that is cut at a command; true if it was.
async fn cut_hand_over(desk: &Desk, attempt: Attempt, at: usize, place: Where) -> bool {
    let line = Line::to(desk.server.address, Some((at, place))).await;
    let delivery = desk.server.delivery_with(&desk.rows.ledger, |settings| {
        settings.server = line.address.to_string();
    });
    let handed = delivery.hand_over(&fax(attempt)).await;
    // Whoever says so has it.
    if handed.is_ok() {
        complete(desk, attempt);
    }
    line.commands() > at
}

/// There is one job, which was submitted and has all documents. Beside it there may be one that the
/// scheduler has thrown away because it was killed before it had any.
fn complete(desk: &Desk, attempt: Attempt) {
    let mut jobs = desk.server.jobs(attempt);
    jobs.retain(|job| job.get("statuscode") != NO_WORK);
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    let job = jobs.remove(0);
    assert!(!job.is_suspended(), "{attempt}: {job:?}");
    assert_eq!(desk.documents(&job), documents(attempt, &SMALL));
}

/// Hands it over as a gateway does that was started again.
async fn taken_up(desk: &Desk, attempt: Attempt) {
    for _ in 0..20 {
        match desk.hylafax().hand_over(&fax(attempt)).await {
            Ok(None) => return complete(desk, attempt),
            Ok(Some(outcome)) => panic!("{attempt}: {outcome:?}"),
            Err(DeliveryError::Unavailable(_)) => sleep(Duration::from_millis(50)).await,
            Err(error) => panic!("{attempt}: {error}"),
        }
    }
    panic!("{attempt} is not taken up");
}

async fn cut_everywhere(place: Where) {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let mut step = 0;
    loop {
        let attempt = attempt(i32::try_from(step).unwrap() + 1, 1);
        let was_cut = cut_hand_over(&desk, attempt, step, place).await;
        taken_up(&desk, attempt).await;
        if !was_cut {
            break;
        }
        step += 1;
    }
    // USER TZONE IDLE TYPE, FORM EPSV STOT SIZE for each document, 16 parameters, JNEW, two
    // documents, JSUBM, QUIT.
    assert!(step > 30, "only {step} steps");
    assert_eq!(desk.server.all_jobs().len(), step + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_does_not_arrive() {
    cut_everywhere(Where::Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_after_which_the_gateway_dies() {
    cut_everywhere(Where::With).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_arrive() {
    cut_everywhere(Where::After).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_at_any_command() {
    if !is_here().await {
        return;
    }
    let mut desk = Desk::new().await;
    let mut step = 0;
    loop {
        let attempt = attempt(i32::try_from(step).unwrap() + 1, 1);
        let spool = desk.server.spool.clone();
        // Nobody cleans up.
        let kill = move || kill_sessions(&spool);
        let cut = Some((step, Where::ForGood));
        let line = Line::with(desk.server.address, cut, kill).await;
        let delivery = desk.server.delivery_with(&desk.rows.ledger, |settings| {
            settings.server = line.address.to_string();
        });
        let _ = delivery.hand_over(&fax(attempt)).await;
        let was_cut = line.commands() > step;
        desk.server.kill_daemon();
        // One that is started looks at every job there is.
        desk.server.kill_scheduler();
        desk.server.start_scheduler().await;
        desk.server.start_daemon().await;
        taken_up(&desk, attempt).await;
        if !was_cut {
            break;
        }
        step += 1;
    }
    assert!(step > 30, "only {step} steps");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduler_that_is_away_or_hangs_gets_it_later() {
    if !is_here().await {
        return;
    }
    let mut desk = Desk::new().await;
    desk.server.kill_scheduler();
    let (away, hanging) = (attempt(1, 1), attempt(2, 1));
    let error = desk.hylafax().hand_over(&fax(away)).await.unwrap_err();
    assert!(error.to_string().contains("faxq"), "{error}");
    assert_eq!(desk.server.all_jobs().len(), 0, "{error}");
    desk.server.start_scheduler().await;
    taken_up(&desk, away).await;

    desk.server.signal_scheduler(Signal::SIGSTOP);
    let impatient = desk.server.delivery_with(&desk.rows.ledger, |settings| {
        settings.command_timeout = Duration::from_millis(300);
    });
    let error = impatient.hand_over(&fax(hanging)).await.unwrap_err();
    assert!(error.to_string().contains("JSUBM"), "{error}");
    desk.server.signal_scheduler(Signal::SIGCONT);
    taken_up(&desk, hanging).await;
    sleep(Duration::from_millis(500)).await;
    complete(&desk, hanging);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_been_sent_and_cleaned_away_is_not_sent_again() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let attempt = attempt(7, 1);
    // The answer to JSUBM is lost; the job is sent, and cleaned away.
    let steps = submitted_at(&desk).await;
    cut_hand_over(&desk, attempt, steps, Where::ForGood).await;
    let entry = desk.entry(attempt).await.expect("it was begun");
    assert_eq!(entry.phase, Phase::Submitting);
    let job = desk.job(attempt);
    desk.finish(&job, &sent());
    let done = desk
        .server
        .spool
        .join("doneq")
        .join(format!("q{}", job.get("jobid")));
    std::fs::remove_file(done).unwrap();
    desk.rows
        .sql
        .batch_execute(&format!(
            "UPDATE fax_attempt
             SET since = now() - interval '61 minutes', place = 'chunkgate@{}'",
            desk.server.address
        ))
        .await
        .unwrap();
    let delivery = desk.hylafax();
    assert_eq!(delivery.hand_over(&fax(attempt)).await.unwrap(), None);
    assert_eq!(desk.server.jobs(attempt).len(), 0, "sent twice");
    let told = delivery.outcomes(&[attempt]).await.unwrap();
    assert!(
        matches!(&told[..], [(_, Outcome::Failed { code: 900_003, .. })]),
        "{told:?}"
    );
}

/// Nobody knows what became of a job that may be in another server's queue.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_in_another_queue_is_not_sent_again() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let attempt = attempt(7, 1);
    let steps = submitted_at(&desk).await;
    cut_hand_over(&desk, attempt, steps, Where::ForGood).await;
    std::fs::remove_file(desk.job(attempt).path).unwrap();
    let delivery = desk.hylafax();
    assert_eq!(delivery.hand_over(&fax(attempt)).await.unwrap(), None);
    assert_eq!(desk.server.jobs(attempt).len(), 0, "sent twice");
    let told = delivery.outcomes(&[attempt]).await.unwrap();
    assert!(
        matches!(&told[..], [(_, Outcome::Failed { code: 900_003, text, .. })] if text.contains("may be in that of")),
        "{told:?}"
    );
}

/// The number of the command that submits.
async fn submitted_at(desk: &Desk) -> usize {
    let line = Line::to(desk.server.address, None).await;
    let delivery = desk.server.delivery_with(&desk.rows.ledger, |settings| {
        settings.server = line.address.to_string();
    });
    delivery.hand_over(&fax(attempt(1000, 1))).await.unwrap();
    // JSUBM, QUIT.
    line.commands() - 2
}
