//! An upload is faxed once.

use chunkgate::engine::session::SessionState;

use crate::{
    interfax::support::{holds, status},
    support::{gateway::Gateway, soap::Client},
};

use super::support::{
    Call, documents, gateway, handed_over, number, other_account, run, submissions, submit, upload,
};

#[tokio::test]
async fn two_equal_submissions_at_once_are_one_fax() {
    let gateway = gateway().await;
    let (mut one, mut other) = (gateway.client(), gateway.client());
    for round in 1..=20 {
        let session = upload(&mut one, b"document").await;
        let order = Call::order_of(&session, 8);
        let (first, second) = tokio::join!(order.result(&mut one), order.result(&mut other));
        assert!(first > 0, "round {round}: {first}");
        assert_eq!(first, second, "round {round}");
        assert_eq!(submissions(&gateway).await, round);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn of_two_different_submissions_at_once_one_gets_the_upload() {
    let gateway = gateway().await;
    let (mut one, mut other) = (gateway.client(), gateway.client());
    for round in 1..=20 {
        let session = upload(&mut one, b"document").await;
        let order = Call::order_of(&session, 8);
        let second = order.clone().with("FaxNumbers", "5550101;5550102");
        let (first, second) = tokio::join!(order.result(&mut one), second.result(&mut other));
        let (taken, refused) = (first.max(second), first.min(second));
        assert!(taken > 0, "round {round}: {first} and {second}");
        assert_eq!(refused, -1062, "round {round}: {first} and {second}");
        assert_eq!(submissions(&gateway).await, round);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn of_many_submissions_at_once_one_gets_the_upload() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for _ in 0..5 {
        let session = upload(&mut client, b"document").await;
        let submissions = (0..8).map(async |number: u32| {
            let numbers = format!("555010{}", number / 2);
            let order = Call::order_of(&session, 8).with("FaxNumbers", &numbers);
            order.result(&mut gateway.client()).await
        });
        let results = futures_util::future::join_all(submissions).await;
        // Two of them are equal each time.
        let mut taken = results.iter().filter(|result| **result > 0);
        let refused = results.iter().filter(|result| **result == -1062).count();
        assert_eq!((taken.clone().count(), refused), (2, 6), "{results:?}");
        assert_eq!(taken.next(), taken.next(), "{results:?}");
    }
    gateway.stop().await;
}

/// The session takes nothing any more.
async fn is_over(client: &mut Client, session: &str) {
    let order = Call::order_of(session, 8).with("FaxNumbers", "5550109");
    assert_eq!(order.result(client).await, -1062);
    assert_eq!(client.chunk(session, b"document", true).await, -1062);
    assert_eq!(client.cancel(session).await, -1062);
}

#[tokio::test]
async fn a_used_session_is_1062_for_everything() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let session = upload(&mut client, b"document").await;
    assert!(submit(&mut client, &session, 8).await > 0);
    is_over(&mut client, &session).await;
    assert!(holds(&gateway, &session, b"document").await);
    assert_eq!(submissions(&gateway).await, 1);
    gateway.stop().await;
}

#[tokio::test]
async fn a_session_that_was_never_closed_is_taken_and_closed() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"docu", false).await, 4);
    assert_eq!(client.chunk(&session, b"ment", false).await, 8);
    let id = submit(&mut client, &session, 8).await;
    is_over(&mut client, &session).await;
    let state = status(&gateway, &session).await.state;
    assert_eq!(state, SessionState::Consumed);
    let directory = handed_over(&gateway, id, 1).await;
    assert_eq!(documents(&directory)[0].1, b"document");
    gateway.stop().await;
}

#[tokio::test]
async fn a_session_whose_sizes_do_not_add_up_is_1008_and_stays_as_it_is() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"docu", false).await, 4);
    for length in [3, 5, 8] {
        assert_eq!(submit(&mut client, &session, length).await, -1008);
    }
    assert_eq!(client.chunk(&session, b"ment", true).await, 8);
    for length in [7, 9] {
        assert_eq!(submit(&mut client, &session, length).await, -1008);
    }
    assert!(submit(&mut client, &session, 8).await > 0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_session_without_bytes_is_123_and_stays_open() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(submit(&mut client, &session, 8).await, -123);
    assert_eq!(client.chunk(&session, b"document", false).await, 8);
    assert!(submit(&mut client, &session, 8).await > 0);
    gateway.stop().await;
}

#[tokio::test]
async fn another_accounts_session_is_1062_and_stays_its_owners() {
    let gateway = gateway().await;
    let mut client = gateway.client();
    let as_other = other_account(&gateway).await;
    let session = upload(&mut client, b"document").await;
    let order = Call::order_of(&session, 8);
    assert_eq!(as_other(order.clone()).result(&mut client).await, -1062);
    assert_eq!(submissions(&gateway).await, 0);
    assert!(order.result(&mut client).await > 0);
    gateway.stop().await;
}

/// Sessions that ended without a fax: open or complete before.
async fn ended_by(end: impl AsyncFn(&Gateway, &mut Client, &str)) {
    let gateway = gateway().await;
    let mut client = gateway.client();
    for is_last in [false, true] {
        let session = client.start().await;
        assert_eq!(client.chunk(&session, b"document", is_last).await, 8);
        end(&gateway, &mut client, &session).await;
        is_over(&mut client, &session).await;
    }
    assert_eq!(submissions(&gateway).await, 0);
    let kept = "SELECT count(*) FROM upload_session WHERE kept_since IS NOT NULL";
    assert_eq!(number(&gateway, kept).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_cancelled_session_is_1062() {
    ended_by(async |_, client, session| assert_eq!(client.cancel(session).await, 0)).await;
}

#[tokio::test]
async fn an_expired_session_is_1062() {
    ended_by(async |gateway, _, _| {
        run(gateway, "UPDATE upload_session SET expires_at = now()").await;
    })
    .await;
}
