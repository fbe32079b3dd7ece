//! Taking back kills the job, or says how it ended.

use std::time::Duration;

use chunkgate::fax::delivery::{Delivery, Outcome, Withdrawal};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt},
    time::sleep,
};

use super::{
    super::support::{attempt, fax},
    desk::Desk,
    line::{Line, Where},
    server::{Server, is_here},
};
use crate::support::eventually::until;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_waits_is_killed() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let delivery = desk.hylafax();
    let attempt = attempt(7, 1);
    delivery.hand_over(&fax(attempt)).await.unwrap();
    let answer = delivery.withdraw(attempt).await.unwrap();
    assert_eq!(answer, Withdrawal::Withdrawn);
    let job = desk.job(attempt);
    assert!(job.path.parent().unwrap().ends_with("doneq"), "{job:?}");
    assert_eq!(job.get("statuscode"), "345");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_being_sent_is_stopped() {
    if !is_here().await {
        return;
    }
    let desk = Desk::at(Server::with_modems(1, Duration::from_secs(20)).await).await;
    let delivery = desk.hylafax();
    let attempt = attempt(7, 1);
    delivery.hand_over(&fax(attempt)).await.unwrap();
    until("a job that is being sent", async || {
        delivery.outcomes(&[attempt]).await.unwrap();
        let entry = desk.entry(attempt).await.unwrap();
        entry.progress.contains("being sent")
    })
    .await;
    let answer = delivery.withdraw(attempt).await.unwrap();
    assert_eq!(answer, Withdrawal::Withdrawn);
    assert_eq!(desk.server.sent(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fax_that_was_sent_says_so() {
    if !is_here().await {
        return;
    }
    let desk = Desk::at(Server::with_modems(1, Duration::ZERO).await).await;
    let delivery = desk.hylafax();
    let attempt = attempt(7, 1);
    delivery.hand_over(&fax(attempt)).await.unwrap();
    until("a job that is done", async || {
        let jobs = desk.server.jobs(attempt);
        jobs.iter()
            .any(|job| job.path.parent().unwrap().ends_with("doneq"))
    })
    .await;
    let answer = delivery.withdraw(attempt).await.unwrap();
    assert!(
        matches!(&answer, Withdrawal::Ended(Outcome::Sent(report)) if report.pages == 3),
        "{answer:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_who_kills_a_job_has_cancelled_it() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let delivery = desk.hylafax();
    let attempt = attempt(7, 1);
    delivery.hand_over(&fax(attempt)).await.unwrap();
    // What `faxrm` says.
    let stream = tokio::net::TcpStream::connect(desk.server.address).await;
    let mut hfaxd = tokio::io::BufReader::new(stream.unwrap());
    let kill = format!("JKILL {}", desk.job(attempt).get("jobid"));
    for command in ["", "USER chunkgate", &kill] {
        if !command.is_empty() {
            let line = format!("{command}\r\n");
            hfaxd.get_mut().write_all(line.as_bytes()).await.unwrap();
        }
        let mut reply = String::new();
        hfaxd.read_line(&mut reply).await.unwrap();
        assert!(reply.starts_with('2'), "{reply}");
    }
    let told = delivery.outcomes(&[attempt]).await.unwrap();
    assert!(
        matches!(
            &told[..],
            [(
                _,
                Outcome::Failed {
                    code: 900_001,
                    may_retry: false,
                    ..
                }
            )]
        ),
        "{told:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_in_another_servers_queue_is_not_called_cancelled() {
    if !is_here().await {
        return;
    }
    let (desk, elsewhere) = (Desk::new().await, Server::start().await);
    let attempt = attempt(7, 1);
    desk.hylafax().hand_over(&fax(attempt)).await.unwrap();
    let delivery = elsewhere.delivery(&desk.rows.ledger);
    let error = delivery.withdraw(attempt).await.unwrap_err();
    let place = desk.server.address.to_string();
    assert!(error.to_string().contains(&place), "{error}");
    assert_eq!(delivery.outcomes(&[attempt]).await.unwrap(), []);
    let answer = desk.hylafax().withdraw(attempt).await.unwrap();
    assert_eq!(answer, Withdrawal::Withdrawn);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_faxs_job_is_not_killed() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let delivery = desk.hylafax();
    let (ours, other) = (attempt(7, 1), attempt(8, 1));
    delivery.hand_over(&fax(ours)).await.unwrap();
    delivery.hand_over(&fax(other)).await.unwrap();
    desk.rows
        .sql
        .batch_execute(
            "UPDATE fax_attempt o SET reference = m.reference
             FROM fax_attempt m WHERE o.transaction_id = 8 AND m.transaction_id = 7",
        )
        .await
        .unwrap();
    // A job of another tag is not the other fax's to kill.
    let answer = delivery.withdraw(other).await.unwrap();
    assert!(matches!(answer, Withdrawal::Ended(_)), "{answer:?}");
    let job = desk.job(ours);
    assert!(job.path.parent().unwrap().ends_with("sendq"), "{job:?}");
}

/// Whatever is cut while a fax is taken back, the next try ends it, and nothing is left to send.
#[tokio::test(flavor = "multi_thread")]
async fn cut_at_every_command() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    for (place, first) in [(Where::Before, 1), (Where::With, 100), (Where::After, 200)] {
        let mut step = 0;
        loop {
            let attempt = attempt(first + i32::try_from(step).unwrap(), 1);
            desk.hylafax().hand_over(&fax(attempt)).await.unwrap();
            let line = Line::to(desk.server.address, Some((step, place))).await;
            let delivery = desk.server.delivery_with(&desk.rows.ledger, |settings| {
                settings.server = line.address.to_string();
            });
            let _ = delivery.withdraw(attempt).await;
            let was_cut = line.commands() > step;
            let answer = eventually_withdrawn(&desk, attempt).await;
            // Once the job was killed, nobody knows whether we did it.
            assert!(
                matches!(
                    &answer,
                    Withdrawal::Withdrawn
                        | Withdrawal::Ended(Outcome::Failed { code: 900_001, .. })
                ),
                "{place:?} {step}: {answer:?}"
            );
            let job = desk.job(attempt);
            assert!(job.path.parent().unwrap().ends_with("doneq"), "{job:?}");
            if !was_cut {
                break;
            }
            step += 1;
        }
        assert!(step > 8, "only {step} steps");
    }
}

async fn eventually_withdrawn(
    desk: &Desk,
    attempt: chunkgate::fax::delivery::Attempt,
) -> Withdrawal {
    for _ in 0..20 {
        if let Ok(answer) = desk.hylafax().withdraw(attempt).await {
            return answer;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("{attempt} is not taken back");
}
