//! What any delivery must do. Call [`delivery_contract!`](crate::delivery_contract) with a harness.

use async_trait::async_trait;
use bytes::Bytes;
use chunkgate::{
    engine::UploadError,
    fax::delivery::{Attempt, DeliveryError, Outcome, Report, SharedDelivery, Withdrawal},
};
use futures_util::future::join_all;
use std::sync::Arc;

use super::support::{Portions, SMALL, attempt, documents, fax, fax_of};

/// What a consumer was given of an attempt.
#[derive(Debug, PartialEq, Eq)]
pub struct Received {
    pub recipient: String,
    pub documents: Vec<Bytes>,
}

/// A delivery, and who sends what it takes.
#[async_trait]
pub trait Harness: Send + Sync {
    /// Opens the delivery, as a gateway does that starts; what it has taken is still there.
    async fn open(&self) -> SharedDelivery;

    /// The consumer begins to send an attempt. None if it was not given it, or began before.
    async fn begin(&self, attempt: Attempt) -> Option<Received>;

    /// The consumer has sent the attempt, or given it up.
    async fn end(&self, attempt: Attempt, outcome: &Outcome);

    /// Whether it takes documents without bytes, and faxes without documents, of which clients
    /// can submit none.
    fn takes_nothing(&self) -> bool {
        true
    }

    /// What the delivery tells of that outcome.
    fn told(&self, outcome: Outcome) -> Outcome {
        outcome
    }

    /// Whether a withdrawal stops what the consumer has begun to send.
    fn interrupts(&self) -> bool {
        false
    }
}

/// Tests a harness against the whole contract: one test a function.
#[macro_export]
macro_rules! delivery_contract {
    ($harness:expr) => {
        $crate::delivery_contract!($harness, if true);
    };
    // What the harness needs may be missing on this machine.
    ($harness:expr, if $is_here:expr) => {
        $crate::delivery_contract!(@each $harness, $is_here;
            every_byte_arrives,
            a_large_fax_arrives,
            the_same_attempt_is_taken_once,
            hand_overs_at_the_same_time_are_one,
            an_attempt_is_known_after_opening_again,
            content_that_fails_leaves_nothing,
            content_of_another_length_leaves_nothing,
            attempts_of_one_fax_are_apart,
            an_outcome_comes_when_it_has_ended,
            outcomes_are_told_again,
            withdrawn_before_the_hand_over,
            withdrawn_after_the_hand_over,
            withdrawn_beside_hand_overs,
            withdrawn_too_late,
            withdrawn_after_the_end,
            forgetting_is_for_good,
            what_is_kept_comes_in_order,
            a_delivery_that_works_says_so,
        );
    };
    (@each $harness:expr, $is_here:expr; $($rule:ident,)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $rule() {
            if !$is_here {
                return;
            }
            $crate::fax::delivery::contract::$rule(&$harness).await;
        })*
    };
}

/// A success.
pub fn sent() -> Outcome {
    Outcome::Sent(Report {
        pages: 3,
        duration: 55,
        remote_csid: "+49 30 123456".to_owned(),
    })
}

/// A failure after which another attempt may be made, or not.
pub fn failed(may_retry: bool) -> Outcome {
    Outcome::Failed {
        code: 6017,
        text: "Busy".to_owned(),
        may_retry,
        report: Report::default(),
    }
}

fn received(attempt: Attempt, lengths: &[usize]) -> Received {
    Received {
        recipient: "+4930123456".to_owned(),
        documents: documents(attempt, lengths),
    }
}

pub async fn every_byte_arrives(harness: &dyn Harness) {
    let delivery = harness.open().await;
    let cases = [&[1][..], &[0], &[], &[611, 611], &[0, 5, 0, 0, 4000, 0]];
    let all = harness.takes_nothing();
    let cases = cases.into_iter();
    let cases = cases.filter(|it| all || !(it.is_empty() || it.contains(&0)));
    for (transaction, lengths) in (1..).zip(cases) {
        let attempt = attempt(transaction, 1);
        let answer = delivery.hand_over(&fax_of(attempt, lengths)).await;
        assert_eq!(answer.unwrap(), None);
        let given = harness.begin(attempt).await;
        assert_eq!(given, Some(received(attempt, lengths)));
    }
}

pub async fn a_large_fax_arrives(harness: &dyn Harness) {
    let delivery = harness.open().await;
    let lengths = [3_000_001, 1, 5_000_000];
    let attempt = attempt(8, 1);
    let mut fax = fax_of(attempt, &lengths);
    fax.content = Arc::new(Portions {
        bytes: documents(attempt, &lengths).concat().into(),
        portion: 256 * 1024,
        fails: false,
    });
    delivery.hand_over(&fax).await.unwrap();
    let given = harness.begin(attempt).await.unwrap();
    let expected = received(attempt, &lengths);
    let lengths: Vec<usize> = given.documents.iter().map(Bytes::len).collect();
    assert!(given == expected, "the bytes differ; lengths {lengths:?}");
}

pub async fn the_same_attempt_is_taken_once(harness: &dyn Harness) {
    let delivery = harness.open().await;
    let attempt = attempt(42, 1);
    for _ in 0..3 {
        delivery.hand_over(&fax(attempt)).await.unwrap();
    }
    assert!(harness.begin(attempt).await.is_some());
    delivery.hand_over(&fax(attempt)).await.unwrap();
    assert_eq!(harness.begin(attempt).await, None, "sent twice");
    harness.end(attempt, &sent()).await;
    delivery.hand_over(&fax(attempt)).await.unwrap();
    assert_eq!(harness.begin(attempt).await, None, "sent twice");
    let told = delivery.outcomes(&[attempt]).await.unwrap();
    assert_eq!(told, [(attempt, sent())]);
}

pub async fn hand_overs_at_the_same_time_are_one(harness: &dyn Harness) {
    let delivery = harness.open().await;
    for transaction in 1..=10 {
        let attempt = attempt(transaction, 1);
        let calls = (0..20).map(|_| {
            let delivery = Arc::clone(&delivery);
            tokio::spawn(async move { delivery.hand_over(&fax(attempt)).await })
        });
        for answer in join_all(calls).await {
            assert_eq!(answer.unwrap().unwrap(), None);
        }
        let given = harness.begin(attempt).await;
        assert_eq!(given, Some(received(attempt, &SMALL)));
        assert_eq!(delivery.kept(None, 100).await.unwrap(), [attempt]);
        harness.end(attempt, &sent()).await;
        delivery.forget(attempt).await.unwrap();
    }
}

pub async fn an_attempt_is_known_after_opening_again(harness: &dyn Harness) {
    let attempt = attempt(42, 1);
    harness.open().await.hand_over(&fax(attempt)).await.unwrap();
    let delivery = harness.open().await;
    assert_eq!(delivery.kept(None, 100).await.unwrap(), [attempt]);
    delivery.hand_over(&fax(attempt)).await.unwrap();
    assert!(harness.begin(attempt).await.is_some());
    assert_eq!(harness.begin(attempt).await, None, "sent twice");
}

pub async fn content_that_fails_leaves_nothing(harness: &dyn Harness) {
    let delivery = harness.open().await;
    let attempt = attempt(42, 1);
    let whole: Bytes = documents(attempt, &SMALL).concat().into();
    for length in [0, 650, whole.len()] {
        let mut broken = fax(attempt);
        broken.content = Arc::new(Portions {
            bytes: whole.slice(..length),
            portion: 100,
            fails: true,
        });
        let error = delivery.hand_over(&broken).await.unwrap_err();
        let expected = matches!(error, DeliveryError::Content(UploadError::Internal(_)));
        assert!(expected, "{error}");
        assert_eq!(delivery.kept(None, 100).await.unwrap(), []);
    }
    delivery.hand_over(&fax(attempt)).await.unwrap();
    let given = harness.begin(attempt).await;
    assert_eq!(given, Some(received(attempt, &SMALL)));
}

pub async fn content_of_another_length_leaves_nothing(harness: &dyn Harness) {
    let delivery = harness.open().await;
    let attempt = attempt(42, 1);
    for lengths in [&[][..], &[699], &[700], &[700, 1299], &[700, 1301]] {
        let mut wrong = fax(attempt);
        wrong.content = fax_of(attempt, lengths).content;
        let error = delivery.hand_over(&wrong).await.unwrap_err();
        let mismatch = matches!(
            error,
            DeliveryError::Content(UploadError::SizeMismatch { expected: 2000, .. })
        );
        assert!(mismatch, "{error}");
        assert_eq!(delivery.kept(None, 100).await.unwrap(), []);
    }
    delivery.hand_over(&fax(attempt)).await.unwrap();
    assert!(harness.begin(attempt).await.is_some());
}

pub async fn attempts_of_one_fax_are_apart(harness: &dyn Harness) {
    let delivery = harness.open().await;
    let (first, second) = (attempt(42, 1), attempt(42, 2));
    delivery.hand_over(&fax(first)).await.unwrap();
    harness.begin(first).await.unwrap();
    harness.end(first, &failed(true)).await;
    delivery.hand_over(&fax(second)).await.unwrap();
    let given = harness.begin(second).await;
    assert_eq!(given, Some(received(second, &SMALL)));
    let told = delivery.outcomes(&[second, first]).await.unwrap();
    assert_eq!(told, [(first, harness.told(failed(true)))]);
}

pub async fn an_outcome_comes_when_it_has_ended(harness: &dyn Harness) {
    let delivery = harness.open().await;
    let all = [sent(), failed(true), failed(false)];
    let cases: Vec<_> = (1..).map(|it| attempt(it, 1)).zip(all).collect();
    for (attempt, outcome) in &cases {
        delivery.hand_over(&fax(*attempt)).await.unwrap();
        assert_eq!(delivery.outcomes(&[*attempt]).await.unwrap(), []);
        harness.begin(*attempt).await.unwrap();
        assert_eq!(delivery.outcomes(&[*attempt]).await.unwrap(), []);
        harness.end(*attempt, outcome).await;
    }
    let attempts: Vec<_> = cases.iter().map(|(attempt, _)| *attempt).collect();
    let mut told = delivery.outcomes(&attempts).await.unwrap();
    told.sort_by_key(|(attempt, _)| *attempt);
    let expected = cases.into_iter();
    let expected = expected.map(|(attempt, outcome)| (attempt, harness.told(outcome)));
    assert_eq!(told, expected.collect::<Vec<_>>());
}

pub async fn outcomes_are_told_again(harness: &dyn Harness) {
    let attempt = attempt(42, 1);
    harness.open().await.hand_over(&fax(attempt)).await.unwrap();
    harness.begin(attempt).await.unwrap();
    harness.end(attempt, &sent()).await;
    for _ in 0..3 {
        let delivery = harness.open().await;
        for _ in 0..3 {
            let told = delivery.outcomes(&[attempt]).await.unwrap();
            assert_eq!(told, [(attempt, sent())]);
        }
    }
}

pub async fn withdrawn_before_the_hand_over(harness: &dyn Harness) {
    let attempt = attempt(42, 1);
    let delivery = harness.open().await;
    let answer = delivery.withdraw(attempt).await.unwrap();
    assert_eq!(answer, Withdrawal::Withdrawn);
    // It comes late, and knows nothing of that; and once more after a start.
    delivery.hand_over(&fax(attempt)).await.unwrap();
    assert_eq!(
        harness.begin(attempt).await,
        None,
        "sent although withdrawn"
    );
    let delivery = harness.open().await;
    delivery.hand_over(&fax(attempt)).await.unwrap();
    assert_eq!(
        harness.begin(attempt).await,
        None,
        "sent although withdrawn"
    );
    assert_eq!(delivery.kept(None, 100).await.unwrap(), [attempt]);
}

pub async fn withdrawn_after_the_hand_over(harness: &dyn Harness) {
    let attempt = attempt(42, 1);
    let delivery = harness.open().await;
    delivery.hand_over(&fax(attempt)).await.unwrap();
    for _ in 0..3 {
        let answer = delivery.withdraw(attempt).await.unwrap();
        assert_eq!(answer, Withdrawal::Withdrawn);
        assert_eq!(
            harness.begin(attempt).await,
            None,
            "sent although withdrawn"
        );
        delivery.hand_over(&fax(attempt)).await.unwrap();
    }
}

pub async fn withdrawn_beside_hand_overs(harness: &dyn Harness) {
    let delivery = harness.open().await;
    for transaction in 1..=30 {
        let attempt = attempt(transaction, 1);
        let hand_over = || {
            let delivery = Arc::clone(&delivery);
            tokio::spawn(async move { delivery.hand_over(&fax(attempt)).await })
        };
        let withdraw = || {
            let delivery = Arc::clone(&delivery);
            tokio::spawn(async move { delivery.withdraw(attempt).await })
        };
        let early = [hand_over(), hand_over()];
        let withdrawals = [withdraw(), withdraw()];
        for answer in join_all(withdrawals).await {
            assert_eq!(answer.unwrap().unwrap(), Withdrawal::Withdrawn);
        }
        // The hand-overs may still be under way.
        assert_eq!(
            harness.begin(attempt).await,
            None,
            "sent although withdrawn"
        );
        for answer in join_all(early).await {
            answer.unwrap().unwrap();
        }
        assert_eq!(
            harness.begin(attempt).await,
            None,
            "sent although withdrawn"
        );
    }
}

pub async fn withdrawn_too_late(harness: &dyn Harness) {
    let attempt = attempt(42, 1);
    let delivery = harness.open().await;
    delivery.hand_over(&fax(attempt)).await.unwrap();
    harness.begin(attempt).await.unwrap();
    if harness.interrupts() {
        let answer = delivery.withdraw(attempt).await.unwrap();
        assert_eq!(answer, Withdrawal::Withdrawn);
        return;
    }
    for _ in 0..2 {
        let answer = delivery.withdraw(attempt).await.unwrap();
        assert_eq!(answer, Withdrawal::TooLate);
    }
    harness.end(attempt, &sent()).await;
    let told = delivery.outcomes(&[attempt]).await.unwrap();
    assert_eq!(told, [(attempt, sent())]);
}

pub async fn withdrawn_after_the_end(harness: &dyn Harness) {
    let delivery = harness.open().await;
    for (transaction, outcome) in (1..).zip([sent(), failed(true)]) {
        let attempt = attempt(transaction, 1);
        delivery.hand_over(&fax(attempt)).await.unwrap();
        harness.begin(attempt).await.unwrap();
        harness.end(attempt, &outcome).await;
        for _ in 0..2 {
            let answer = delivery.withdraw(attempt).await.unwrap();
            let told = harness.told(outcome.clone());
            assert_eq!(answer, Withdrawal::Ended(told));
        }
    }
}

pub async fn forgetting_is_for_good(harness: &dyn Harness) {
    let (over, withdrawn, unknown) = (attempt(1, 1), attempt(2, 1), attempt(3, 1));
    let delivery = harness.open().await;
    delivery.hand_over(&fax(over)).await.unwrap();
    harness.begin(over).await.unwrap();
    harness.end(over, &sent()).await;
    delivery.withdraw(withdrawn).await.unwrap();
    for attempt in [over, withdrawn, unknown, over, withdrawn, unknown] {
        delivery.forget(attempt).await.unwrap();
    }
    for delivery in [delivery, harness.open().await] {
        assert_eq!(delivery.kept(None, 100).await.unwrap(), []);
        let told = delivery.outcomes(&[over, withdrawn]).await.unwrap();
        assert_eq!(told, []);
    }
}

pub async fn what_is_kept_comes_in_order(harness: &dyn Harness) {
    let delivery = harness.open().await;
    let order = [
        (2, 1),
        (2, 2),
        (2, 10),
        (10, 1),
        (999_999_998, 4_294_967_295),
    ];
    let order = order.map(|(transaction, number)| attempt(transaction, number));
    for attempt in [order[3], order[1], order[4], order[0], order[2]] {
        delivery.hand_over(&fax(attempt)).await.unwrap();
    }
    assert_eq!(delivery.kept(None, 0).await.unwrap(), []);
    assert_eq!(delivery.kept(None, 5).await.unwrap(), order);
    assert_eq!(delivery.kept(None, 2).await.unwrap(), order[..2]);
    for (before, attempt) in order.iter().enumerate() {
        let after = delivery.kept(Some(*attempt), 2).await.unwrap();
        let rest = &order[before + 1..];
        assert_eq!(after, rest[..rest.len().min(2)]);
    }
    // Also after one that is not there.
    let after = delivery.kept(Some(attempt(5, 1)), 9).await.unwrap();
    assert_eq!(after, order[3..]);
}

pub async fn a_delivery_that_works_says_so(harness: &dyn Harness) {
    let delivery = harness.open().await;
    delivery.probe().await.unwrap();
    delivery.probe().await.unwrap();
    assert_eq!(delivery.kept(None, 9).await.unwrap(), []);
    assert!(!delivery.name().is_empty());
}
