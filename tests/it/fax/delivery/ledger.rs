//! What deliveries know of their attempts is decided once, whoever asks.

use chunkgate::fax::delivery::{
    Outcome, Report,
    ledger::{Entry, Ledger, Phase},
};
use futures_util::future::join_all;
use std::{sync::Arc, time::Duration};

use super::{rows::Rows, support::attempt};

const NAME: &str = "test";

async fn offer(ledger: &dyn Ledger, transaction: i32) -> Entry {
    let offered = ledger.offer(NAME, attempt(transaction, 1)).await;
    offered.expect("an answer").expect("under way")
}

#[tokio::test]
async fn an_attempt_is_offered_once_and_found_after_that() {
    let rows = Rows::new().await;
    let first = offer(&*rows.ledger, 7).await;
    assert_eq!((&first.phase, first.version), (&Phase::Offered, 1));
    let again = offer(&*rows.ledger, 7).await;
    assert_eq!((again.phase, again.version), (Phase::Offered, 1));
    let (known, other) = (attempt(7, 1), attempt(7, 2));
    let entries = rows.ledger.entries(NAME, &[other, known]).await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].attempt, known);
    assert_eq!(rows.ledger.entries("other", &[known]).await.unwrap(), []);
}

#[tokio::test]
async fn what_the_outbox_is_done_with_is_not_offered() {
    let rows = Rows::new().await;
    rows.sql
        .batch_execute(
            "DELETE FROM fax_outbox WHERE transaction_id = 7;
             UPDATE fax_outbox SET attempt = 3 WHERE transaction_id = 8",
        )
        .await
        .unwrap();
    for (over, number) in [(7, 1), (8, 2)] {
        let offered = rows.ledger.offer(NAME, attempt(over, number)).await;
        assert_eq!(offered.unwrap(), None, "{over}");
    }
    assert!(
        rows.ledger
            .offer(NAME, attempt(8, 3))
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn of_changes_to_one_version_one_is_made() {
    let rows = Rows::new().await;
    let offered = offer(&*rows.ledger, 7).await;
    let changes = (0..8).map(|number| {
        let (ledger, mut entry) = (Arc::clone(&rows.ledger), offered.clone());
        entry.reference = number.to_string();
        async move { ledger.change(NAME, &entry).await.unwrap() }
    });
    let made: Vec<_> = join_all(changes).await.into_iter().flatten().collect();
    assert_eq!(made.len(), 1);
    let now = offer(&*rows.ledger, 7).await;
    assert_eq!((now.version, &now.reference), (2, &made[0].reference));
    rows.ledger.forget(NAME, now.attempt).await.unwrap();
    assert_eq!(rows.ledger.change(NAME, &now).await.unwrap(), None);
}

#[tokio::test]
async fn every_phase_is_kept_as_it_is() {
    let rows = Rows::new().await;
    let report = Report {
        pages: 3,
        duration: 55,
        remote_csid: "+49 30".to_owned(),
    };
    let failed = Outcome::Failed {
        code: 6017,
        text: "busy".to_owned(),
        may_retry: true,
        report: report.clone(),
    };
    let refused = Outcome::Refused {
        text: "no".to_owned(),
    };
    let phases = [
        Phase::Submitting,
        Phase::Taken,
        Phase::Ended(Outcome::Sent(report)),
        Phase::Ended(failed),
        Phase::Ended(refused),
        Phase::Withdrawn,
        Phase::Offered,
    ];
    let mut entry = offer(&*rows.ledger, 7).await;
    for phase in phases {
        entry.phase = phase;
        (entry.reference, entry.place) = ("12".to_owned(), "here".to_owned());
        entry.progress = "dialling".to_owned();
        let changed = rows.ledger.change(NAME, &entry).await.unwrap().unwrap();
        let expected = Entry {
            version: entry.version + 1,
            age: changed.age,
            ..entry
        };
        assert_eq!(changed, expected);
        let known = offer(&*rows.ledger, 7).await;
        assert_eq!(
            known,
            Entry {
                age: known.age,
                ..expected
            }
        );
        entry = changed;
    }
}

#[tokio::test]
async fn the_time_in_a_phase_is_counted_from_its_beginning() {
    let rows = Rows::new().await;
    let mut entry = offer(&*rows.ledger, 7).await;
    entry.phase = Phase::Submitting;
    let mut entry = rows.ledger.change(NAME, &entry).await.unwrap().unwrap();
    rows.sql
        .batch_execute("UPDATE fax_attempt SET since = now() - interval '1 hour'")
        .await
        .unwrap();
    entry.progress = "again".to_owned();
    let mut entry = rows.ledger.change(NAME, &entry).await.unwrap().unwrap();
    assert!(entry.age.as_secs() >= 3600, "{:?}", entry.age);
    entry.phase = Phase::Taken;
    let entry = rows.ledger.change(NAME, &entry).await.unwrap().unwrap();
    assert!(entry.age.as_secs() < 60, "{:?}", entry.age);
    // The clock is set back by an hour.
    rows.sql
        .batch_execute("UPDATE fax_attempt SET since = now() + interval '1 hour'")
        .await
        .unwrap();
    assert_eq!(offer(&*rows.ledger, 7).await.age, Duration::MAX);
}

#[tokio::test]
async fn what_is_withdrawn_unknown_stays_in_the_way() {
    let rows = Rows::new().await;
    let withdrawn = rows.ledger.withdraw(NAME, attempt(7, 1)).await.unwrap();
    assert_eq!(withdrawn.unwrap().phase, Phase::Withdrawn);
    assert_eq!(offer(&*rows.ledger, 7).await.phase, Phase::Withdrawn);
    let offered = offer(&*rows.ledger, 8).await;
    let known = rows.ledger.withdraw(NAME, attempt(8, 1)).await.unwrap();
    assert_eq!(known.unwrap().phase, offered.phase);
}
