//! Without the database a request fails within its limits, and works again within two seconds of
//! the database's return.

use std::time::{Duration, Instant};

use chunkgate::{
    engine::{UploadError, repository::RepositoryError},
    store::postgres::{Database, PoolSettings},
};
use futures_util::future::join_all;

use super::support::{LIMITS, Proxy, World, open, pool};

/// A refusal by the breaker needs no network; the machine may be busy.
const AT_ONCE: Duration = Duration::from_millis(100);
/// The promise.
const BACK_WITHIN: Duration = Duration::from_secs(2);

/// How long the database stays away after it has returned.
async fn time_until_back(database: &Database) -> Duration {
    let begun = Instant::now();
    while database.ping().await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it stays away");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    begun.elapsed()
}

#[tokio::test]
async fn while_the_database_is_away_requests_are_refused_at_once() {
    let world = World::new().await;
    let proxy = Proxy::new(world.database.config());
    let engine = world.engine_with(proxy.config(), pool(), LIMITS).await;
    let session = engine.start_session().await;
    engine.upload(session, b"one").await.unwrap();
    proxy.cut();
    let first = engine.upload(session, b"two").await;
    assert!(matches!(first, Err(UploadError::Database(_))), "{first:?}");
    assert!(engine.database.is_away());
    for _ in 0..20 {
        let begun = Instant::now();
        let refused = engine.upload(session, b"two").await;
        let took = begun.elapsed();
        assert!(matches!(refused, Err(UploadError::Database(_))));
        assert!(took < AT_ONCE, "{took:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    proxy.mend();
    let took = time_until_back(&engine.database).await;
    assert!(took < BACK_WITHIN, "{took:?}");
    assert_eq!(engine.upload(session, b"two").await.unwrap(), 6);
}

#[tokio::test]
async fn a_frozen_database_keeps_no_request_for_ever() {
    let world = World::new().await;
    let proxy = Proxy::new(world.database.config());
    let waits = PoolSettings {
        statement_timeout: Duration::from_millis(300),
        connect_timeout: Duration::from_millis(500),
        wait: Duration::from_millis(500),
        ..pool()
    };
    let engine = world.engine_with(proxy.config(), waits, LIMITS).await;
    let session = engine.start_session().await;
    engine.upload(session, b"one").await.unwrap();
    proxy.freeze();
    let begun = Instant::now();
    let chunks: Vec<[u8; 1]> = (0..10).map(|n| [n]).collect();
    let sends = chunks
        .iter()
        .map(|chunk| engine.send(session, chunk, false));
    for answer in join_all(sends).await {
        assert!(matches!(answer, Err(UploadError::Database(_))));
    }
    // The statement, two seconds of grace, and two for the look-up.
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(6), "{took:?}");
    let begun = Instant::now();
    assert!(engine.upload(session, b"two").await.is_err());
    assert!(begun.elapsed() < AT_ONCE);
    proxy.mend();
    let took = time_until_back(&engine.database).await;
    assert!(took < BACK_WITHIN, "{took:?}");
    assert!(engine.upload(session, b"two").await.is_ok());
}

#[tokio::test]
async fn connections_that_lead_nowhere_are_given_up_together() {
    let world = World::new().await;
    let proxy = Proxy::new(world.database.config());
    let waits = PoolSettings {
        size: 4,
        statement_timeout: Duration::from_millis(300),
        ..pool()
    };
    let database = open(proxy.config(), waits);
    let busy = (0..4).map(|_| database.query("SELECT pg_sleep(0.2)", &[]));
    assert!(join_all(busy).await.iter().all(Result::is_ok));
    assert_eq!(database.status().idle, 4);
    proxy.abandon();
    assert!(database.ping().await.is_err());
    let took = time_until_back(&database).await;
    assert!(took < BACK_WITHIN, "{took:?}");
}

#[tokio::test]
async fn a_busy_pool_is_not_a_database_that_is_away() {
    let world = World::new().await;
    let waits = PoolSettings {
        size: 1,
        wait: Duration::from_millis(200),
        ..pool()
    };
    let database = open(world.database.config(), waits);
    database.ping().await.expect("a connection");
    let long = database.query("SELECT pg_sleep(1)", &[]);
    let waiting = async {
        let begun = Instant::now();
        let refused = database.ping().await;
        assert!(matches!(refused, Err(RepositoryError::Unavailable(_))));
        begun.elapsed()
    };
    let (long, waited) = tokio::join!(long, waiting);
    long.expect("the long one ends");
    let limits = waits.wait..waits.wait + Duration::from_millis(500);
    assert!(limits.contains(&waited), "{waited:?}");
    assert!(!database.is_away());
}

#[tokio::test]
async fn a_statement_ends_with_its_time() {
    let world = World::new().await;
    let waits = PoolSettings {
        statement_timeout: Duration::from_millis(200),
        ..pool()
    };
    let database = open(world.database.config(), waits);
    let begun = Instant::now();
    let refused = database.query("SELECT pg_sleep(20)", &[]).await;
    assert!(
        matches!(refused, Err(RepositoryError::Refused { .. })),
        "{refused:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert!(!database.is_away());
}

#[tokio::test]
async fn a_lock_that_somebody_keeps_refuses_only_its_session() {
    let world = World::new().await;
    let waits = PoolSettings {
        lock_timeout: Duration::from_millis(300),
        ..pool()
    };
    let engine = world
        .engine_with(world.database.config(), waits, LIMITS)
        .await;
    let (locked, free) = (engine.start_session().await, engine.start_session().await);
    let lock = format!(
        "BEGIN; SELECT FROM upload_session WHERE id = {} FOR UPDATE",
        locked.id
    );
    world.run(&lock).await;
    let (refused, stored) =
        tokio::join!(engine.upload(locked, b"one"), engine.upload(free, b"two"));
    assert!(matches!(
        refused,
        Err(UploadError::Database(RepositoryError::Refused { .. }))
    ));
    assert_eq!(stored.unwrap(), 3);
    world.run("ROLLBACK").await;
    assert_eq!(engine.upload(locked, b"one").await.unwrap(), 3);
}
