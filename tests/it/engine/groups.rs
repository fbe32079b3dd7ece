//! Groups of two engines never block each other, and no append changes another's answer.

use std::time::Duration;

use chunkgate::engine::{
    UploadError,
    repository::{Commit, RepositoryError},
    session::SessionLimits,
};
use futures_util::future::join_all;

use super::support::{
    HERE, LIMITS, MemoryStore, Running, Session, World, deliver, open, pool, repository, sealed,
};

const WIDE: SessionLimits = SessionLimits {
    max_total: 1 << 30,
    ..LIMITS
};

async fn sessions(engine: &Running, count: usize) -> Vec<Session> {
    let mut sessions = Vec::new();
    for _ in 0..count {
        sessions.push(engine.start_session().await);
    }
    sessions
}

/// A group of appends, each of `chunk`.
async fn group(
    store: &MemoryStore,
    sessions: impl Iterator<Item = &Session>,
    chunk: &[u8],
) -> Vec<Commit> {
    let mut group = Vec::new();
    for session in sessions {
        group.push(sealed(store, *session, chunk).await);
    }
    group
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overlapping_groups_of_two_engines_do_not_deadlock() {
    const ROUNDS: u32 = 150;
    let world = World::new().await;
    let engine = world
        .engine_with(world.database.config(), pool(), WIDE)
        .await;
    let sessions = sessions(&engine, 32).await;
    let gateways = (0..4_usize).map(|gateway| {
        let (world, sessions, boot) = (&world, &sessions, engine.boot);
        let rows = repository(&open(world.database.config(), pool()));
        async move {
            for round in 0..ROUNDS {
                let chunk = [gateway.to_le_bytes()[0], round.to_le_bytes()[0], 1];
                let first = gateway * 5 + round as usize;
                // Two in three sessions, from another one in each round, in either direction.
                let some = (0..22).map(|n| &sessions[(first + n) % sessions.len()]);
                let appends = if gateway % 2 == 0 {
                    group(&world.store, some, &chunk).await
                } else {
                    group(&world.store, some.rev(), &chunk).await
                };
                let committed = rows.commit(boot, &appends).await.expect("no deadlock");
                assert_eq!(committed.len(), appends.len());
            }
        }
    });
    tokio::time::timeout(Duration::from_mins(1), join_all(gateways))
        .await
        .expect("no blockade");
    let stored = world
        .number("SELECT sum(received)::bigint FROM upload_session")
        .await;
    assert_eq!(stored, i64::from(4 * ROUNDS * 22 * 3));
}

#[tokio::test]
async fn every_append_of_a_group_gets_its_own_answer() {
    let world = World::new().await;
    let (engine, other) = (world.engine().await, world.engine().await);
    let good = sessions(&engine, 20).await;
    let (complete, cancelled, full) = (
        engine.start_session().await,
        engine.start_session().await,
        engine.start_session().await,
    );
    engine.upload_last(complete, b"end").await.unwrap();
    // The engine still believes that it is open.
    engine.upload(cancelled, b"one").await.unwrap();
    other.engine.cancel(cancelled.key, HERE).await.unwrap();
    for n in 0..10 {
        engine.upload(full, &[n; 100]).await.unwrap();
    }
    let mut sending: Vec<_> = good.iter().map(|session| (*session, b"good")).collect();
    sending.insert(3, (complete, b"late"));
    sending.insert(9, (cancelled, b"late"));
    sending.insert(14, (full, b"more"));
    let sends = sending
        .iter()
        .map(|(session, chunk)| engine.send(*session, *chunk, false));
    let answers = join_all(sends).await;
    for ((session, _), answer) in sending.iter().zip(answers) {
        let answer = deliver(answer);
        if session.id == complete.id || session.id == cancelled.id {
            assert!(matches!(answer, Err(UploadError::SessionNotOpen)));
        } else if session.id == full.id {
            assert!(matches!(answer, Err(UploadError::TotalTooLarge { .. })));
        } else {
            assert_eq!(answer.expect("a total"), 4);
        }
    }
}

#[tokio::test]
async fn an_append_that_the_database_refuses_spoils_no_other() {
    let world = World::new().await;
    let engine = world.engine().await;
    let sessions = sessions(&engine, 8).await;
    // Where the first byte of this one belongs lies one already.
    let spoiled = sessions[5];
    world
        .run(&format!(
            "INSERT INTO upload_extent
             SELECT {}, 0, 1, id, 9, 9, '\\x000102030405060708090a0b0c0d0e0f' FROM content_store",
            spoiled.id
        ))
        .await;
    let appends = group(&world.store, sessions.iter(), b"chunk").await;
    let whole = engine.repository.commit(engine.boot, &appends).await;
    assert!(
        matches!(&whole, Err(RepositoryError::Refused { constraint: Some(name), .. }) if name == "upload_extent_pkey"),
        "{whole:?}"
    );
    let sends = sessions
        .iter()
        .map(|session| engine.send(*session, b"chunk", false));
    for (session, answer) in sessions.iter().zip(join_all(sends).await) {
        match deliver(answer) {
            Ok(total) => assert_eq!((total, session.id == spoiled.id), (5, false)),
            Err(error) => {
                let refused = matches!(
                    error,
                    UploadError::Database(RepositoryError::Refused { .. })
                );
                assert!(refused && session.id == spoiled.id, "{error}");
            }
        }
    }
}
