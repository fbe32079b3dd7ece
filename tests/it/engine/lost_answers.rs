//! A chunk sent again because its answer was lost is stored once; an equal one after a delivered
//! answer is data.

use std::sync::Arc;

use chunkgate::{
    engine::{ConnectionId, UploadError, repository::RepositoryError, session::SessionState},
    store::postgres::queries,
};
use tokio::sync::Notify;

use super::support::{Fate, LIMITS, Proxy, Running, Session, World, deliver, pool};
use crate::support::eventually::until;

#[tokio::test]
async fn after_a_delivered_answer_an_equal_chunk_is_data() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 5);
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 10);
    assert_eq!(engine.content(session).await, b"zeroszeros");
}

#[tokio::test]
async fn after_a_lost_answer_an_equal_chunk_is_that_chunk() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    engine.upload(session, b"head").await.unwrap();
    engine
        .upload_unheard(session, b"zeros", false)
        .await
        .unwrap();
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 9);
    // Heard now, so the next one is data again.
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 14);
    assert_eq!(engine.content(session).await, b"headzeroszeros");
}

#[tokio::test]
async fn an_answer_may_be_lost_again_and_again() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    for _ in 0..4 {
        let total = engine.upload_unheard(session, b"zeros", false).await;
        assert_eq!(total.unwrap(), 5);
    }
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 5);
    assert_eq!(engine.content(session).await, b"zeros");
}

#[tokio::test]
async fn the_last_chunk_is_answered_again_although_the_session_is_complete() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    engine.upload_unheard(session, b"all", true).await.unwrap();
    let sealed = world.store.sealed();
    assert_eq!(engine.upload_last(session, b"all").await.unwrap(), 3);
    assert_eq!(world.store.sealed(), sealed, "only compared");
    assert_eq!(engine.status(session).await.state, SessionState::Complete);
    // It cannot be data, whatever became of the answer.
    assert_eq!(engine.upload_last(session, b"all").await.unwrap(), 3);
    let other = engine.upload(session, b"all").await;
    assert!(matches!(other, Err(UploadError::SessionNotOpen)));
    assert_eq!(engine.content(session).await, b"all");
}

#[tokio::test]
async fn after_a_lost_answer_another_chunk_is_data() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    engine.upload_unheard(session, b"one", false).await.unwrap();
    assert_eq!(engine.upload(session, b"two").await.unwrap(), 6);
    // Equal bytes that close the session are not the chunk that did not.
    engine.upload_unheard(session, b"end", false).await.unwrap();
    assert_eq!(engine.upload_last(session, b"end").await.unwrap(), 12);
    assert_eq!(engine.content(session).await, b"onetwoendend");
}

#[tokio::test]
async fn another_engine_learns_of_a_lost_answer() {
    let world = World::new().await;
    let (one, other) = (world.engine().await, world.engine().await);
    let session = one.start_session().await;
    one.upload_unheard(session, b"zeros", false).await.unwrap();
    until("the database knows", || async {
        world
            .number("SELECT count(*) FROM upload_session WHERE last_suspect")
            .await
            == 1
    })
    .await;
    assert_eq!(other.upload(session, b"zeros").await.unwrap(), 5);
    assert_eq!(one.upload(session, b"zeros").await.unwrap(), 10);
    assert_eq!(one.content(session).await, b"zeroszeros");
}

#[tokio::test]
async fn an_engine_that_ends_well_leaves_only_lost_answers_in_doubt() {
    let world = World::new().await;
    let engine = world.engine().await;
    let (heard, unheard) = (engine.start_session().await, engine.start_session().await);
    engine.upload(heard, b"zeros").await.unwrap();
    engine
        .upload_unheard(unheard, b"zeros", false)
        .await
        .unwrap();
    let engine = world.restart(engine).await;
    assert_eq!(engine.upload(heard, b"zeros").await.unwrap(), 10);
    assert_eq!(engine.upload(unheard, b"zeros").await.unwrap(), 5);
}

#[tokio::test]
async fn an_answer_still_on_its_way_when_the_engine_ends_is_in_doubt() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    let on_its_way = engine.send(session, b"zeros", false).await.unwrap();
    let engine = world.restart(engine).await;
    drop(on_its_way);
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 5);
}

#[tokio::test]
async fn after_a_crash_the_last_answer_is_in_doubt() {
    let world = World::new().await;
    let engine = world.engine().await;
    let (session, last) = (engine.start_session().await, engine.start_session().await);
    engine.upload(session, b"zeros").await.unwrap();
    engine.upload_last(last, b"all").await.unwrap();
    let engine = world.crash(engine).await;
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 5);
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 10);
    assert_eq!(engine.upload_last(last, b"all").await.unwrap(), 3);
}

#[tokio::test]
async fn an_unknown_outcome_is_looked_up_when_the_chunk_was_stored() {
    let world = World::new().await;
    let proxy = Proxy::new(world.database.config());
    let engine = world.engine_with(proxy.config(), pool(), LIMITS).await;
    let session = engine.start_session().await;
    proxy.next(queries::COMMIT_APPENDS, Fate::LoseAnswer);
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 5);
    assert!(proxy.is_used_up());
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 10);
    assert_eq!(engine.content(session).await, b"zeroszeros");
}

#[tokio::test]
async fn an_unknown_outcome_is_looked_up_when_the_chunk_was_not_stored() {
    let world = World::new().await;
    let proxy = Proxy::new(world.database.config());
    let engine = world.engine_with(proxy.config(), pool(), LIMITS).await;
    let session = engine.start_session().await;
    proxy.next(queries::COMMIT_APPENDS, Fate::LoseRequest);
    let failed = engine.upload(session, b"zeros").await;
    assert!(
        matches!(failed, Err(UploadError::Database(_))),
        "{failed:?}"
    );
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 5);
    assert_eq!(engine.content(session).await, b"zeros");
}

#[tokio::test]
async fn a_statement_that_comes_too_late_changes_nothing() {
    let world = World::new().await;
    let proxy = Proxy::new(world.database.config());
    let engine = world.engine_with(proxy.config(), pool(), LIMITS).await;
    let session = engine.start_session().await;
    let go = Arc::new(Notify::new());
    proxy.next(queries::COMMIT_APPENDS, Fate::Late(Arc::clone(&go)));
    let failed = engine.upload(session, b"zeros").await;
    assert!(
        matches!(failed, Err(UploadError::Database(_))),
        "{failed:?}"
    );
    go.notify_one();
    proxy.late_statement_has_run().await;
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 5);
    assert_eq!(engine.content(session).await, b"zeros");
}

/// Sends a chunk whose connection breaks after the server has `stored` it or before, and keeps the
/// database away, so that the outcome stays open.
async fn send_into_the_dark(
    world: &World,
    proxy: &Proxy,
    engine: &Running,
    (session, connection): (Session, ConnectionId),
    stored: bool,
) {
    let fate = if stored {
        Fate::LoseAnswer
    } else {
        Fate::LoseRequest
    };
    proxy.next(queries::COMMIT_APPENDS, fate);
    let sending = engine.send_on(Some(connection), session, b"zeros", false);
    let cutting = async {
        until("the statement was sent", || async { proxy.is_used_up() }).await;
        if stored {
            let query = "SELECT count(*) FROM upload_extent";
            until("it was run", || async { world.number(query).await == 1 }).await;
        }
        proxy.cut();
    };
    let (failed, ()) = tokio::join!(sending, cutting);
    let error = deliver(failed).expect_err("no answer");
    assert!(
        matches!(
            error,
            UploadError::Database(RepositoryError::OutcomeUnknown(_))
        ),
        "{error}"
    );
}

async fn database_is_back(engine: &Running) {
    until("the database is back", || async {
        engine.database.ping().await.is_ok()
    })
    .await;
}

#[tokio::test]
async fn a_chunk_whose_outcome_stays_open_is_stored_once() {
    for stored in [true, false] {
        let world = World::new().await;
        let proxy = Proxy::new(world.database.config());
        let engine = world.engine_with(proxy.config(), pool(), LIMITS).await;
        let session = engine.start_session().await;
        // The client gets -150 on its connection, and sends the chunk again on the same one.
        let connection = ConnectionId::next();
        send_into_the_dark(&world, &proxy, &engine, (session, connection), stored).await;
        proxy.mend();
        database_is_back(&engine).await;
        let again = engine.send_on(Some(connection), session, b"zeros", false);
        assert_eq!(deliver(again.await).unwrap(), 5, "stored before: {stored}");
        assert_eq!(engine.content(session).await, b"zeros");
    }
}

#[tokio::test]
async fn an_outcome_that_is_open_when_the_engine_ends_is_not_forgotten() {
    for back_in_time in [true, false] {
        let world = World::new().await;
        let proxy = Proxy::new(world.database.config());
        let engine = world.engine_with(proxy.config(), pool(), LIMITS).await;
        let session = engine.start_session().await;
        let connection = ConnectionId::next();
        send_into_the_dark(&world, &proxy, &engine, (session, connection), true).await;
        if back_in_time {
            proxy.mend();
            database_is_back(&engine).await;
        }
        let engine = world.restart(engine).await;
        let total = engine.upload(session, b"zeros").await.unwrap();
        assert_eq!(total, 5, "back in time: {back_in_time}");
    }
}

#[tokio::test]
async fn an_engine_that_cannot_say_which_answers_were_lost_has_not_ended_well() {
    let world = World::new().await;
    let proxy = Proxy::new(world.database.config());
    let engine = world.engine_with(proxy.config(), pool(), LIMITS).await;
    let session = engine.start_session().await;
    let unheard = engine.send(session, b"zeros", false).await.unwrap();
    proxy.cut();
    drop(unheard);
    let engine = world.restart(engine).await;
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 5);
}

#[tokio::test]
async fn a_killed_backend_is_an_unknown_outcome() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    // A lock that keeps the commit from ending.
    world
        .run("BEGIN; SELECT FROM upload_session FOR UPDATE")
        .await;
    let other = world.database.connect().await;
    let killing = async {
        let kill = "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity \
                    WHERE datname = current_database() AND wait_event_type = 'Lock'";
        until("a commit waits", || async {
            let row = other.query_one(kill, &[]).await.expect("a row");
            row.get::<_, i64>(0) > 0
        })
        .await;
        world.run("COMMIT").await;
    };
    let (failed, ()) = tokio::join!(engine.upload(session, b"zeros"), killing);
    assert!(
        matches!(failed, Err(UploadError::Database(_))),
        "{failed:?}"
    );
    until("it is stored", || async {
        engine.upload(session, b"zeros").await.is_ok()
    })
    .await;
    assert_eq!(engine.content(session).await, b"zeros");
}
