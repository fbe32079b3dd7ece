//! -1011: an account has as many open sessions as it may, or holds as many bytes in uploads that no fax has used.

use crate::{
    fax::support::submit,
    support::gateway::{Gateway, PASSWORD, USER},
};

use super::support::{change_account, start};

#[tokio::test]
async fn one_more_open_session_than_allowed_is_1011() {
    let gateway = Gateway::with(|settings| settings.session.max_open_per_account = 2).await;
    let mut client = gateway.client();
    let first = client.start().await;
    let second = client.start().await;
    let refused = client.start_as(USER, PASSWORD).await;
    assert_eq!(refused.result("StartFileUpload"), -1011);
    assert!(!refused.body.contains("SessionID"), "{}", refused.body);

    // A complete session is not open any more, nor is a cancelled one.
    assert_eq!(client.chunk(&first, b"document", true).await, 8);
    assert_eq!(start(&mut client, USER, PASSWORD).await, 0);
    assert_eq!(start(&mut client, USER, PASSWORD).await, -1011);
    assert_eq!(client.cancel(&second).await, 0);
    assert_eq!(start(&mut client, USER, PASSWORD).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn an_accounts_own_limit_counts_before_the_gateways() {
    let gateway = Gateway::with(|settings| settings.session.max_open_per_account = 1).await;
    let mut client = gateway.client();
    change_account(&gateway, |account| {
        account.limits.max_open_sessions = Some(2);
    })
    .await;
    let results = [
        start(&mut client, USER, PASSWORD).await,
        start(&mut client, USER, PASSWORD).await,
        start(&mut client, USER, PASSWORD).await,
    ];
    assert_eq!(results, [0, 0, -1011]);
    gateway.stop().await;
}

#[tokio::test]
async fn an_account_that_holds_too_many_bytes_starts_nothing_new_and_finishes_what_it_began() {
    let gateway = Gateway::with(|settings| settings.session.max_open_bytes_per_account = 100).await;
    let mut client = gateway.client();
    let (complete, open) = (client.start().await, client.start().await);
    assert_eq!(client.chunk(&complete, &[b'a'; 60], true).await, 60);
    let third = client.start().await;
    assert_eq!(client.chunk(&open, &[b'b'; 40], false).await, 40);
    assert_eq!(start(&mut client, USER, PASSWORD).await, -1011);
    assert_eq!(client.chunk(&open, &[b'c'; 40], true).await, 80);
    assert_eq!(client.chunk(&third, b"d", false).await, 1);
    assert_eq!(start(&mut client, USER, PASSWORD).await, -1011);
    // Its own limit counts before the gateway's.
    change_account(&gateway, |account| {
        account.limits.max_open_bytes = Some(142);
    })
    .await;
    let fourth = client.start().await;
    assert_eq!(client.chunk(&fourth, b"e", false).await, 1);
    assert_eq!(start(&mut client, USER, PASSWORD).await, -1011);
    // A fax uses one, and it has room again; so it has when one is cancelled, or expires.
    assert!(submit(&mut client, &complete, 60).await > 0);
    assert_eq!(start(&mut client, USER, PASSWORD).await, 0);
    let fifth = client.start().await;
    assert_eq!(client.chunk(&fifth, &[b'f'; 100], false).await, 100);
    assert_eq!(start(&mut client, USER, PASSWORD).await, -1011);
    assert_eq!(client.cancel(&open).await, 0);
    assert_eq!(start(&mut client, USER, PASSWORD).await, 0);
    gateway.stop().await;
}
