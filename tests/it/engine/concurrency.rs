//! Chunks that come to one session at the same time are all stored, each once.

use futures_util::future::join_all;

use super::support::{Engine, World, deliver};

/// Sends distinct chunks of distinct lengths at once, each through the next engine.
async fn send_at_once(world: &World, engines: &[Engine]) {
    let session = engines[0].start_session().await;
    let chunks: Vec<Vec<u8>> = (1..=40).map(|n| vec![n; usize::from(n)]).collect();
    let sends = chunks.iter().enumerate().map(|(number, chunk)| async move {
        let engine = &engines[number % engines.len()];
        let total = deliver(engine.send(session, chunk, false).await).expect("a total");
        (total, chunk)
    });
    let mut answers = join_all(sends).await;
    answers.sort_unstable();
    let mut document = Vec::new();
    for (total, chunk) in answers {
        document.extend_from_slice(chunk);
        // Each total is the one before and its own chunk.
        assert_eq!(total, document.len() as u64);
    }
    assert_eq!(engines[0].content(session).await, document);
    assert_eq!(engines[0].status(session).await.appends, 40);
    let extents = world.number("SELECT count(*) FROM upload_extent").await;
    assert_eq!(extents, 40);
}

#[tokio::test]
async fn through_one_engine() {
    let world = World::new().await;
    let engine = world.engine().await;
    send_at_once(&world, &[engine]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_two_engines() {
    let world = World::new().await;
    let engines = [world.engine().await, world.engine().await];
    send_at_once(&world, &engines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_last_chunk_nothing_is_stored() {
    let world = World::new().await;
    let engines = [world.engine().await, world.engine().await];
    let session = engines[0].start_session().await;
    let sends = (1..=20_u8).map(|n| {
        let engine = &engines[usize::from(n % 2)];
        async move { deliver(engine.send(session, &[n], n % 5 == 0).await) }
    });
    let stored = join_all(sends).await.into_iter().flatten().max();
    let content = engines[0].content(session).await;
    assert_eq!(stored, Some(content.len() as u64));
    let last = content.last().expect("some chunk was the first");
    assert_eq!(last % 5, 0, "a last chunk is the last one");
    assert!(content[..content.len() - 1].iter().all(|n| n % 5 != 0));
}
