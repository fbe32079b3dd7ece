//! An account that changes between two chunks: the next chunk is told, and the upload goes on
//! when the change is taken back.

use chunkgate::engine::account::AccountSettings;

use crate::support::gateway::Gateway;

use super::support::{change_account, holds};

async fn told_after(forbid: fn(&mut AccountSettings), code: i64) {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"before ", false).await, 7);
    let mut settings = AccountSettings::default();
    change_account(&gateway, |account| {
        settings = account.clone();
        forbid(account);
    })
    .await;
    assert_eq!(client.chunk(&session, b"after", true).await, code);
    change_account(&gateway, |account| *account = settings).await;
    assert_eq!(client.chunk(&session, b"after", true).await, 12);
    assert!(holds(&gateway, &session, b"before after").await);
    gateway.stop().await;
}

#[tokio::test]
async fn disabled_is_1003() {
    told_after(|account| account.enabled = false, -1003).await;
}

#[tokio::test]
async fn moved_to_another_switch_group_is_666() {
    told_after(|account| account.switch_group = "elsewhere".into(), -666).await;
}

#[tokio::test]
async fn without_fax_service_is_677() {
    told_after(|account| account.fax_service = false, -677).await;
}

#[tokio::test]
async fn no_longer_primary_is_310() {
    told_after(|account| account.primary = false, -310).await;
}

#[tokio::test]
async fn networks_are_asked_for_only_at_the_start() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    change_account(&gateway, |account| {
        account.allowed_networks = vec!["192.0.2.0/24".parse().unwrap()];
    })
    .await;
    assert_eq!(client.chunk(&session, b"chunk", true).await, 5);
    gateway.stop().await;
}
