//! One process owns a data directory; another connects to the owner's server.

use std::{fs, time::Duration};

use chunkgate::pg::{Claim, DataDir, PgError};

use super::{Place, connect, value};
use crate::support::postgres::host::{Host, Orders, Report};

const LONG: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(200);

#[tokio::test]
async fn the_second_claim_connects_to_the_owners_server() {
    let place = Place::new();
    let mut host = place.start();
    let server = host.ready().await;

    let Claim::Held(held) = DataDir::claim(&place.directory(), LONG)
        .await
        .expect("a claim")
    else {
        panic!("it has an owner");
    };
    assert_eq!(held.endpoint(), &server.endpoint);
    let client = connect(held.endpoint()).await;
    assert_eq!(
        value(&client, "SELECT current_database()::text").await,
        "chunkgate"
    );

    let mut second = place.start();
    assert_eq!(second.report().await, Report::Held(server.endpoint));
    host.stop().await;
}

#[tokio::test]
async fn a_claim_waits_for_an_owner_that_is_still_starting() {
    let place = Place::new();
    let mut host = Host::start(&Orders {
        pause_when_claimed: true,
        ..place.orders()
    });
    assert_eq!(host.report().await, Report::Claimed);
    let directory = place.directory();
    let error = DataDir::claim(&directory, SHORT)
        .await
        .expect_err("nothing answers");
    assert!(matches!(error, PgError::NotReady { .. }), "{error}");
    assert!(
        error.to_string().contains("in use by another chunkgate"),
        "{error}"
    );

    let (claim, ()) = tokio::join!(DataDir::claim(&directory, LONG), host.go_on());
    assert!(matches!(claim.expect("a claim"), Claim::Held(_)));
    host.stop().await;
}

#[tokio::test]
async fn a_claim_waits_for_an_owner_that_ends() {
    let place = Place::new();
    let Claim::Owned(first) = DataDir::claim(&place.directory(), LONG)
        .await
        .expect("a claim")
    else {
        panic!("nobody owns it");
    };
    let directory = place.directory();
    let waiting = tokio::spawn(async move { DataDir::claim(&directory, LONG).await });
    tokio::task::yield_now().await;
    drop(first);
    let claim = waiting.await.expect("no panic").expect("a claim");
    assert!(matches!(claim, Claim::Owned(_)));
}

#[tokio::test]
async fn what_a_killed_owner_said_is_not_believed() {
    let place = Place::new();
    let mut host = place.start();
    host.ready().await;
    let state = place.directory().join("server.json");
    let said = fs::read(&state).expect("the owner's state");
    host.stop().await;
    assert!(!state.exists());

    fs::write(&state, &said).expect("a stale state");
    let claim = DataDir::claim(&place.directory(), LONG)
        .await
        .expect("a claim");
    assert!(matches!(claim, Claim::Owned(_)));
    assert!(!state.exists(), "the owner removes it");

    fs::write(&state, &said).expect("a stale state, as a starting owner may find it");
    let error = DataDir::claim(&place.directory(), SHORT)
        .await
        .expect_err("nothing answers");
    assert!(matches!(error, PgError::NotReady { .. }), "{error}");
}
