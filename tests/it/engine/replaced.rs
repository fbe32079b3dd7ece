//! A gateway on a copy of the content store, whose place another one has taken, changes nothing.

use chunkgate::{
    engine::{Acknowledged, UploadError, repository::RepositoryError},
    store::postgres::queries,
};

use super::support::{Fate, LIMITS, Proxy, Running, Session, World, pool};

/// What an append changes of a session.
async fn row(world: &World, session: Session) -> String {
    let query = "SELECT (received, appends, state, fence, last_boot, last_suspect, \
                 (SELECT count(*) FROM upload_extent e WHERE e.session_id = s.id))::text \
                 FROM upload_session s WHERE id = $1";
    let row = world.sql.query_one(query, &[&session.id.0]).await;
    row.expect("a session").get(0)
}

fn is_replaced(answer: &Result<Acknowledged, UploadError>) -> bool {
    matches!(
        answer,
        Err(UploadError::Database(RepositoryError::Replaced))
    )
}

async fn is_noticed(engine: &Running) {
    engine.database.gateway_replaced().await;
}

#[tokio::test]
async fn it_stores_no_chunk() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    engine.upload(session, b"one").await.unwrap();
    world.replace(engine.boot).await;
    let before = row(&world, session).await;
    for (chunk, is_last) in [(b"two", false), (b"one", false), (b"end", true)] {
        let answer = engine.send(session, chunk, is_last).await;
        assert!(is_replaced(&answer), "{answer:?}");
    }
    assert_eq!(row(&world, session).await, before);
    is_noticed(&engine).await;
}

#[tokio::test]
async fn one_that_has_said_that_it_ended_stores_none_either() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    engine.database.end_boot(engine.boot).await.unwrap();
    let answer = engine.send(session, b"one", false).await;
    assert!(is_replaced(&answer), "{answer:?}");
}

#[tokio::test]
async fn it_answers_no_chunk_again_and_leaves_no_mark() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    let unheard = engine.send(session, b"one", false).await.unwrap();
    world.replace(engine.boot).await;
    let before = row(&world, session).await;
    drop(unheard);
    let again = engine.send(session, b"one", false).await;
    assert!(is_replaced(&again), "{again:?}");
    let (boot, total) = (engine.boot, 3);
    let repository = &engine.repository;
    repository
        .mark_suspect(boot, session.id, total)
        .await
        .unwrap();
    assert_eq!(row(&world, session).await, before);
    // The next process on this session takes the last answer for lost.
    let next = world.engine().await;
    assert_eq!(next.upload(session, b"one").await.unwrap(), 3);
}

#[tokio::test]
async fn it_raises_no_fence_to_find_out_what_became_of_a_chunk() {
    let world = World::new().await;
    let proxy = Proxy::new(world.database.config());
    let engine = world.engine_with(proxy.config(), pool(), LIMITS).await;
    let session = engine.start_session().await;
    world.replace(engine.boot).await;
    let before = row(&world, session).await;
    proxy.next(queries::COMMIT_APPENDS, Fate::LoseAnswer);
    let answer = engine.send(session, b"one", false).await;
    assert!(
        matches!(answer, Err(UploadError::Database(_))),
        "{answer:?}"
    );
    assert_eq!(row(&world, session).await, before);
    is_noticed(&engine).await;
}
