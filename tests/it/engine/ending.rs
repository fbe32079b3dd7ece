//! A session ends once: cancelled, consumed or expired, and gives up all its bytes.

use std::{convert::Infallible, sync::Arc, time::Duration};

use chunkgate::engine::{UploadError, session::SessionState};
use futures_util::future::join_all;

use super::support::{HERE, LIMITS, Running, Session, World, pool};
use crate::support::eventually::until;

async fn extents(world: &World) -> i64 {
    world.number("SELECT count(*) FROM upload_extent").await
}

#[tokio::test]
async fn a_cancelled_session_gives_up_the_append_it_waited_for() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    engine.upload(session, b"one").await.unwrap();
    // An append of another gateway that has not ended yet.
    world
        .run(
            "BEGIN;
             UPDATE upload_session SET received = received + 3;
             INSERT INTO upload_extent
             SELECT session_id, 3, 3, store_id, segment, segment_offset, checksum FROM upload_extent",
        )
        .await;
    let other = world.database.connect().await;
    let appending = async {
        until("the cancellation waits", || async {
            lock_waits(&other).await == 1
        })
        .await;
        world.run("COMMIT").await;
    };
    let (cancelled, ()) = tokio::join!(engine.engine.cancel(session.key, HERE), appending);
    cancelled.expect("it was open");
    assert_eq!(extents(&world).await, 0);
}

#[tokio::test]
async fn a_chunk_extends_a_session_however_short_its_life() {
    let world = World::new().await;
    for seconds in [20, 240, 3600] {
        let mut limits = LIMITS;
        limits.timeout = Duration::from_secs(seconds);
        let engine = world
            .engine_with(world.database.config(), pool(), limits)
            .await;
        let session = engine.start_session().await;
        let half = format!(
            "UPDATE upload_session SET expires_at = now() + make_interval(secs => timeout / 2) WHERE id = {}",
            session.id
        );
        world.run(&half).await;
        engine.upload(session, b"chunk").await.unwrap();
        let left = format!(
            "SELECT count(*) FROM upload_session
             WHERE id = {} AND expires_at > now() + make_interval(secs => timeout * 0.8)",
            session.id
        );
        assert_eq!(world.number(&left).await, 1, "{seconds} s");
    }
}

#[tokio::test]
async fn overdue_sessions_take_nothing_and_do_not_count() {
    let world = World::new().await;
    let engine = world.engine().await;
    world.run("UPDATE account SET max_open_sessions = 1").await;
    let session = engine.start_session().await;
    engine.upload(session, b"chunk").await.unwrap();
    let second = engine.try_start().await.map(|session| session.id);
    assert!(
        matches!(second, Err(UploadError::TooManyOpenSessions { limit: 1 })),
        "{second:?}"
    );
    world
        .run("UPDATE upload_session SET expires_at = now()")
        .await;
    let late = engine.upload(session, b"late").await;
    assert!(matches!(late, Err(UploadError::SessionNotOpen)));
    assert_eq!(engine.status(session).await.state, SessionState::Expired);
    engine.start_session().await;
}

#[tokio::test]
async fn a_sweep_leaves_alone_what_an_append_extends_meanwhile() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    world
        .run("UPDATE upload_session SET expires_at = now() + interval '100 milliseconds'")
        .await;
    // An append that began in time and ends when the session would be over.
    world
        .run(
            "BEGIN;
             UPDATE upload_session SET expires_at = now() + interval '1 hour' WHERE expires_at > now();
             SELECT pg_sleep(0.2)",
        )
        .await;
    let repository = Arc::clone(&engine.repository);
    let sweep = tokio::spawn(async move { repository.expire(10).await });
    let other = world.database.connect().await;
    until("the sweep is over, or waits", || async {
        sweep.is_finished() || lock_waits(&other).await > 0
    })
    .await;
    world.run("COMMIT").await;
    let expired = sweep.await.expect("no panic").expect("an answer");
    assert_eq!(expired, []);
    assert_eq!(engine.status(session).await.state, SessionState::Open);
}

/// How many statements wait for a lock.
async fn lock_waits(sql: &tokio_postgres::Client) -> i64 {
    let waits = "SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock'";
    sql.query_one(waits, &[]).await.expect("a row").get(0)
}

async fn sweep_for_ever(engine: &Running) -> Infallible {
    loop {
        engine.repository.expire(7).await.expect("an answer");
    }
}

/// Appends and sweeps at the very moment at which sessions run out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_an_append_has_extended_is_not_expired() {
    let world = World::new().await;
    let engine = world.engine().await;
    let mut sessions: Vec<Session> = Vec::new();
    for _ in 0..60 {
        sessions.push(engine.start_session().await);
    }
    let (mut extended, mut expired) = (0, 0);
    for round in 1..=3_usize {
        world
            .run(
                "UPDATE upload_session SET expires_at = clock_timestamp() + random() * interval '800 milliseconds'
                 WHERE state = 'open'",
            )
            .await;
        let appends = sessions.iter().enumerate().map(|(number, session)| {
            let engine = &engine;
            async move {
                // One after the other, while the sessions run out.
                tokio::time::sleep(Duration::from_millis(10 * number as u64)).await;
                engine
                    .upload(*session, &[b'0' + u8::try_from(round).unwrap()])
                    .await
            }
        });
        let answers = tokio::select! {
            answers = join_all(appends) => answers,
            never = sweep_for_ever(&engine) => match never {},
        };
        while !engine
            .repository
            .expire(100)
            .await
            .expect("an answer")
            .is_empty()
        {}
        let mut alive = Vec::new();
        for (session, answer) in sessions.iter().zip(answers) {
            let state = engine.status(*session).await.state;
            match answer {
                Ok(total) => {
                    assert_eq!((total, state), (round as u64, SessionState::Open));
                    assert_eq!(engine.content(*session).await.len(), round);
                    alive.push(*session);
                    extended += 1;
                }
                Err(UploadError::SessionNotOpen) => {
                    assert_eq!(state, SessionState::Expired);
                    expired += 1;
                }
                Err(other) => panic!("{other}"),
            }
        }
        sessions = alive;
    }
    assert!(extended > 0 && expired > 0, "{extended} and {expired}");
    // Whatever expired can be brought back no more.
    while engine
        .repository
        .drop_undeletable(Duration::ZERO, 100)
        .await
        .expect("an answer")
        > 0
    {}
    assert_eq!(
        extents(&world).await,
        world
            .number(
                "SELECT coalesce(sum(appends), 0)::bigint FROM upload_session WHERE state = 'open'"
            )
            .await
    );
}
