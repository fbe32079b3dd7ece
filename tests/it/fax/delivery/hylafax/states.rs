//! How a job goes and ends is told.

use std::time::Duration;

use chunkgate::fax::delivery::{Attempt, Delivery, Outcome, Report};
use nix::sys::signal::Signal;

use super::{
    super::support::{attempt, fax},
    desk::Desk,
    server::{Server, is_here},
};
use crate::support::eventually::{eventually, until};

async fn outcome_of(delivery: &dyn Delivery, attempt: Attempt) -> Outcome {
    eventually("an outcome", async || {
        let told = delivery.outcomes(&[attempt]).await.expect("an answer");
        told.into_iter().next().map(|(_, outcome)| outcome)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fax_is_sent_and_another_one_meets_a_busy_line() {
    if !is_here().await {
        return;
    }
    let desk = Desk::at(Server::with_modems(2, Duration::from_millis(200)).await).await;
    let delivery = desk.hylafax();
    let (good, busy) = (attempt(1, 1), attempt(2, 1));
    let mut fax_to_busy = fax(busy);
    fax_to_busy.item.recipient = "+4930999999".to_owned();
    delivery.hand_over(&fax(good)).await.unwrap();
    delivery.hand_over(&fax_to_busy).await.unwrap();
    let report = Report {
        pages: 3,
        duration: 55,
        remote_csid: "+49 30 123456".to_owned(),
    };
    assert_eq!(outcome_of(&delivery, good).await, Outcome::Sent(report));
    let Outcome::Failed {
        code,
        text,
        may_retry,
        report,
    } = outcome_of(&delivery, busy).await
    else {
        panic!("sent");
    };
    assert_eq!(
        (code, text.as_str(), may_retry),
        (6017, "Busy signal detected", false)
    );
    assert_eq!(report.pages, 0);
    assert_eq!(desk.server.sent().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_job_does_meanwhile_is_shown() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let delivery = desk.hylafax();
    let attempt = attempt(7, 1);
    delivery.hand_over(&fax(attempt)).await.unwrap();
    let progress = async || {
        delivery.outcomes(&[attempt]).await.unwrap();
        desk.entry(attempt).await.unwrap().progress
    };
    until("a job that waits for a modem", async || {
        progress()
            .await
            .contains("waiting for a modem, 0 of 4 dials")
    })
    .await;
    let entry = desk.entry(attempt).await.unwrap();
    assert_eq!(entry.reference, desk.job(attempt).get("jobid"));
    assert_eq!(entry.place, format!("chunkgate@{}", desk.server.address));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_gone_is_no_success() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let delivery = desk.hylafax();
    let attempt = attempt(7, 1);
    delivery.hand_over(&fax(attempt)).await.unwrap();
    std::fs::remove_file(desk.job(attempt).path).unwrap();
    let outcome = outcome_of(&delivery, attempt).await;
    assert!(
        matches!(&outcome, Outcome::Failed { code: 900_003, text, may_retry: false, .. } if text.contains("no queue")),
        "{outcome:?}"
    );
}

/// What a client's document has made a program on the server say stands in the status of its job.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_status_says_is_about_its_own_job_only() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let delivery = desk.hylafax();
    let (evil, good) = (attempt(1, 1), attempt(2, 1));
    for attempt in [evil, good] {
        delivery.hand_over(&fax(attempt)).await.unwrap();
    }
    let lines = "x\\\n213 DONE\\\n217 end\\\n500 a\\\n550 b\\\n550 c\\\n500 a\\\n550 b\\\n";
    let long = "y".repeat(20_000);
    let job = desk.job(evil);
    desk.finish(
        &job,
        &Outcome::Failed {
            code: 347,
            text: format!("{}{long}", lines.repeat(500)),
            may_retry: false,
            report: Report::default(),
        },
    );
    desk.finish(&desk.job(good), &super::super::contract::sent());
    let told = delivery.outcomes(&[evil, good]).await.unwrap();
    let [
        (_, Outcome::Failed { code, text, .. }),
        (_, Outcome::Sent(report)),
    ] = &told[..]
    else {
        panic!("{told:?}");
    };
    assert_eq!((*code, text.len() < 300), (901_347, true), "{text}");
    assert_eq!(report.pages, 3);
}

/// A forged line in a listing would keep another fax's end from being asked for.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_status_says_is_no_line_of_the_listing() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let delivery = desk.hylafax();
    let (evil, good) = (attempt(1, 1), attempt(2, 1));
    for attempt in [evil, good] {
        delivery.hand_over(&fax(attempt)).await.unwrap();
    }
    desk.server.signal_scheduler(Signal::SIGSTOP);
    let (evil_job, good_job) = (desk.job(evil), desk.job(good));
    let forged = format!(
        "status:x\\\n{}|R|0|4|{}|\n",
        good_job.get("jobid"),
        good_job.get("jobtag")
    );
    let text = std::fs::read_to_string(&evil_job.path).unwrap();
    std::fs::write(&evil_job.path, text.replace("status:\n", &forged)).unwrap();
    desk.finish(&good_job, &super::super::contract::sent());
    let told = delivery.outcomes(&[evil, good]).await.unwrap();
    assert!(matches!(&told[..], [(_, Outcome::Sent(_))]), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_somebody_elses_job_by_now_is_not_taken_for_ours() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let delivery = desk.hylafax();
    let attempt = attempt(7, 1);
    delivery.hand_over(&fax(attempt)).await.unwrap();
    let job = desk.job(attempt);
    let others = std::fs::read_to_string(&job.path).unwrap();
    let others = others.replace(job.get("jobtag"), "somebody else's");
    let others = others.replace("state:5", "state:7");
    std::fs::write(&job.path, others).unwrap();
    let done = desk
        .server
        .spool
        .join("doneq")
        .join(format!("q{}", job.get("jobid")));
    std::fs::rename(&job.path, done).unwrap();
    let outcome = outcome_of(&delivery, attempt).await;
    assert!(
        matches!(&outcome, Outcome::Failed { code: 900_003, .. }),
        "{outcome:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_description_that_is_written_just_now_is_read_later() {
    if !is_here().await {
        return;
    }
    let desk = Desk::new().await;
    let delivery = desk.hylafax();
    let attempt = attempt(7, 1);
    delivery.hand_over(&fax(attempt)).await.unwrap();
    desk.server.signal_scheduler(Signal::SIGSTOP);
    let job = desk.job(attempt);
    let whole = std::fs::read_to_string(&job.path).unwrap();
    for half in ["", "tts:17", &whole[..60]] {
        std::fs::write(&job.path, half).unwrap();
        let told = delivery.outcomes(&[attempt]).await.unwrap();
        assert_eq!(told, [], "{half}");
    }
    std::fs::write(&job.path, whole).unwrap();
    assert_eq!(delivery.outcomes(&[attempt]).await.unwrap(), []);
}
