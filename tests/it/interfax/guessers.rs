//! Whoever guesses passwords, with many connections, addresses or accounts, does not keep a user from
//! logging in, and has few guesses. Addresses come from a trusted proxy's header.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chunkgate::engine::account::AccountSettings;
use tokio::task::JoinHandle;

use crate::support::{
    eventually::until,
    gateway::{Gateway, PASSWORD, USER},
};

use super::support::{behind_proxy_with, start_from, start_request};

const HERE: &str = "192.0.2.1";
const ELSEWHERE: &str = "192.0.2.2";

/// How many addresses guess at once.
const GUESSERS: u8 = 60;
/// How many guesses are checked at most while a user waits: those under way, one turn in four, and
/// what their clients have not read yet.
const BEFORE_A_USER: usize = 20;

/// Guesses without end from many addresses, each time at another user that does not exist. Counts
/// the guesses that were checked.
fn guess(gateway: &Gateway, checked: &Arc<AtomicUsize>) -> Vec<JoinHandle<()>> {
    (0..GUESSERS)
        .map(|number| {
            let mut client = gateway.client();
            let checked = Arc::clone(checked);
            tokio::spawn(async move {
                let address = format!("198.51.100.{number}");
                for user in 0.. {
                    let user = format!("user {user}");
                    let request = start_request(&address, &user, "guess");
                    if client.send(&request).await.status == 200 {
                        checked.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect()
}

#[tokio::test]
async fn a_user_who_logged_in_lately_is_served_before_guessers() {
    let gateway = behind_proxy_with(|settings| {
        // A password that nobody has takes a fifth of a second, and those of users nothing.
        settings.accounts.hash_iterations = 10;
        settings.accounts.remember = Duration::ZERO;
    })
    .await;
    let mut client = gateway.client();
    assert_eq!(start_from(&mut client, HERE, USER, PASSWORD).await, 0);
    let checked = Arc::new(AtomicUsize::new(0));
    let guessers = guess(&gateway, &checked);
    until("all of them wait", async || {
        checked.load(Ordering::Relaxed) > 10
    })
    .await;
    for _ in 0..3 {
        let before = checked.load(Ordering::Relaxed);
        assert_eq!(start_from(&mut client, HERE, USER, PASSWORD).await, 0);
        let served_first = checked.load(Ordering::Relaxed) - before;
        assert!(served_first <= BEFORE_A_USER, "{served_first}");
    }
    for guesser in guessers {
        guesser.abort();
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_address_has_few_guesses_at_many_accounts() {
    let gateway = behind_proxy_with(|settings| {
        settings.accounts.remember = Duration::ZERO;
        settings.accounts.failures_per_address = 10;
        // One more every six minutes.
        settings.accounts.failure_window = Duration::from_hours(1);
    })
    .await;
    gateway
        .add_account("Branch", AccountSettings::default())
        .await;
    let mut client = gateway.client();
    assert_eq!(start_from(&mut client, HERE, "Branch", PASSWORD).await, 0);
    for number in 0..10 {
        let user = format!("user {number}");
        assert_eq!(start_from(&mut client, HERE, &user, "guess").await, -1003);
    }
    // Not looked at any more, not even when it is right.
    assert_eq!(start_from(&mut client, HERE, USER, PASSWORD).await, -1003);
    assert_eq!(start_from(&mut client, ELSEWHERE, USER, PASSWORD).await, 0);
    // Known there.
    assert_eq!(start_from(&mut client, HERE, "Branch", PASSWORD).await, 0);
    gateway.stop().await;
}
