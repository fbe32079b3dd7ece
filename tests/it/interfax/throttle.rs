//! After five failures for an account from an address, attempts from there are refused unseen
//! for a while. Addresses come from a trusted proxy's header.

use std::time::{Duration, Instant};

use chunkgate::engine::account::AccountSettings;

use crate::support::{
    gateway::{PASSWORD, USER},
    soap::Client,
};

use super::support::{behind_proxy, start_from};

const HERE: &str = "192.0.2.1";
const ELSEWHERE: &str = "192.0.2.2";

/// The first pause.
const PAUSE: Duration = Duration::from_secs(1);

async fn fail(client: &mut Client, address: &str, times: u32) {
    for _ in 0..times {
        assert_eq!(start_from(client, address, USER, "wrong").await, -1003);
    }
}

/// Fails five times, then tries the right password. The result counts only if it came within the
/// pause, which on a machine that stalls it may not: then nothing.
async fn attempt_in_the_pause(client: &mut Client, address: &str) -> Option<i64> {
    fail(client, address, 4).await;
    let before_the_fifth = Instant::now();
    fail(client, address, 1).await;
    let result = start_from(client, address, USER, PASSWORD).await;
    (before_the_fifth.elapsed() < PAUSE).then_some(result)
}

#[tokio::test]
async fn after_five_failures_the_right_password_is_refused_until_the_pause_is_over() {
    let gateway = behind_proxy().await;
    let mut client = gateway.client();
    let mut refused_at = None;
    for last in 1..=20 {
        let address = format!("192.0.2.{last}");
        if let Some(result) = attempt_in_the_pause(&mut client, &address).await {
            assert_eq!(result, -1003);
            refused_at = Some(address);
            break;
        }
    }
    let address = refused_at.expect("one attempt in twenty within a second");
    tokio::time::sleep(PAUSE).await;
    assert_eq!(start_from(&mut client, &address, USER, PASSWORD).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn after_four_failures_the_right_password_passes() {
    let gateway = behind_proxy().await;
    let mut client = gateway.client();
    fail(&mut client, HERE, 4).await;
    assert_eq!(start_from(&mut client, HERE, USER, PASSWORD).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn other_addresses_and_other_accounts_are_not_slowed_down() {
    let gateway = behind_proxy().await;
    gateway
        .add_account("Branch", AccountSettings::default())
        .await;
    let mut client = gateway.client();
    fail(&mut client, HERE, 5).await;
    assert_eq!(start_from(&mut client, ELSEWHERE, USER, PASSWORD).await, 0);
    assert_eq!(start_from(&mut client, HERE, "Branch", PASSWORD).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_credential_verified_in_the_last_minute_always_passes() {
    let gateway = behind_proxy().await;
    let mut client = gateway.client();
    assert_eq!(start_from(&mut client, ELSEWHERE, USER, PASSWORD).await, 0);
    fail(&mut client, HERE, 10).await;
    assert_eq!(start_from(&mut client, HERE, USER, PASSWORD).await, 0);
    assert_eq!(start_from(&mut client, HERE, USER, "wrong").await, -1003);
    gateway.stop().await;
}

#[tokio::test]
async fn running_uploads_are_not_touched() {
    let gateway = behind_proxy().await;
    let mut client = gateway.client();
    let session = client.start().await;
    fail(&mut client, "127.0.0.1", 6).await;
    assert_eq!(client.chunk(&session, b"chunk", false).await, 5);
    gateway.stop().await;
}
