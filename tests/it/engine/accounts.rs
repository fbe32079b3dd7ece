//! Guesses are slowed down, unknown names cost what known ones do, and changes of an account hold
//! at once.

use std::time::{Duration, Instant};

use chunkgate::engine::{Passwords, UploadError, account::AccountSettings};

use super::support::{HERE, PASSWORD, Running, USER, World, add_account, credentials};
use crate::support::eventually::until;

async fn log_in(engine: &Running, user: &str, password: &str) -> Result<(), UploadError> {
    let credentials = credentials(user, password);
    let started = engine
        .engine
        .start_session(&credentials, HERE, "test")
        .await;
    started.map(drop)
}

#[tokio::test]
async fn the_fifth_wrong_guess_shuts_the_door_for_the_right_one_too() {
    let world = World::new().await;
    let engine = world.engine().await;
    add_account(&engine.repository, "Other", &AccountSettings::default()).await;
    for _ in 0..5 {
        let wrong = log_in(&engine, "office", "guess").await;
        assert!(matches!(wrong, Err(UploadError::BadCredentials)));
    }
    let right = log_in(&engine, USER, PASSWORD).await;
    assert!(matches!(right, Err(UploadError::GuessesSlowedDown)));
    log_in(&engine, "Other", PASSWORD)
        .await
        .expect("another account");
    tokio::time::sleep(Duration::from_millis(1050)).await;
    log_in(&engine, USER, PASSWORD)
        .await
        .expect("after a second");
}

#[tokio::test]
async fn whoever_logged_in_a_moment_ago_is_not_shut_out_by_guesses() {
    let world = World::new().await;
    let engine = world.engine().await;
    log_in(&engine, USER, PASSWORD).await.expect("the password");
    for _ in 0..6 {
        assert!(log_in(&engine, USER, "guess").await.is_err());
    }
    log_in(&engine, USER, PASSWORD).await.expect("remembered");
}

#[tokio::test]
async fn a_changed_password_is_not_remembered() {
    let world = World::new().await;
    let engine = world.engine().await;
    log_in(&engine, USER, PASSWORD).await.expect("the password");
    let hash = Passwords::new(64, 1)
        .unwrap()
        .hash("another")
        .await
        .unwrap();
    let settings = AccountSettings::default();
    let changed = engine
        .repository
        .update_account(world.account, &hash, &settings);
    assert!(changed.await.expect("an answer"));
    let old = log_in(&engine, USER, PASSWORD).await;
    assert!(matches!(old, Err(UploadError::BadCredentials)));
    log_in(&engine, USER, "another").await.expect("the new one");
}

#[tokio::test]
async fn a_changed_account_is_asked_at_once() {
    let world = World::new().await;
    let engine = world.engine().await;
    log_in(&engine, USER, PASSWORD).await.expect("the password");
    for (change, trouble) in [
        ("is_primary = false", "not_primary"),
        ("fax_service = false", "no_fax_service"),
        ("switch_group = 'b'", "other_switch_group"),
        ("allowed_networks = '{192.0.2.0/24}'", "address_not_allowed"),
        ("enabled = false", "account_disabled"),
    ] {
        world.run(&format!("UPDATE account SET {change}")).await;
        let error = log_in(&engine, USER, PASSWORD).await.expect_err(change);
        assert_eq!(error.label(), trouble);
    }
}

#[tokio::test]
async fn an_account_with_live_uploads_is_not_removed() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    let remove = || engine.repository.remove_account(world.account);
    assert!(!remove().await.expect("an answer"));
    engine.engine.cancel(session.key, HERE).await.unwrap();
    assert!(remove().await.expect("an answer"));
    assert!(log_in(&engine, USER, PASSWORD).await.is_err());
    assert_eq!(engine.status(session).await.account, None);
}

#[tokio::test]
async fn an_upload_that_starts_meanwhile_keeps_its_account() {
    let world = World::new().await;
    let engine = world.engine().await;
    // A start that has not ended yet.
    world
        .run(
            "BEGIN;
             INSERT INTO upload_session
                 (session_key, account_id, protocol, client_address, max_chunk, max_total, timeout, expires_at)
             SELECT decode(repeat('ab', 32), 'hex'), id, 'test', '', 1, 1, 60, now() + interval '1 minute' FROM account",
        )
        .await;
    let other = world.database.connect().await;
    let ending = async {
        let waits = "SELECT count(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND wait_event_type = 'Lock'";
        until("the removal waits", || async {
            other
                .query_one(waits, &[])
                .await
                .expect("a row")
                .get::<_, i64>(0)
                == 1
        })
        .await;
        world.run("COMMIT").await;
    };
    let (removed, ()) = tokio::join!(engine.repository.remove_account(world.account), ending);
    assert!(!removed.expect("an answer"));
}

#[tokio::test]
async fn an_unknown_name_costs_what_a_known_one_does() {
    const TRIES: usize = 7;
    // The time of a hash, and not of the query beside it.
    let passwords = Passwords::new(19 * 1024, 2).unwrap();
    let hash = passwords.hash(PASSWORD).await.unwrap();
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for _ in 0..TRIES {
        for (times, hash) in [(&mut known, Some(hash.as_str())), (&mut unknown, None)] {
            let begun = Instant::now();
            assert!(!passwords.verify("guess", hash, ()).await.unwrap());
            times.push(begun.elapsed());
        }
    }
    known.sort_unstable();
    unknown.sort_unstable();
    let ratio = known[TRIES / 2].as_secs_f64() / unknown[TRIES / 2].as_secs_f64();
    assert!((0.3..3.0).contains(&ratio), "{known:?} {unknown:?}");
}
