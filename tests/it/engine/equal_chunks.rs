//! A chunk that equals the one before is the next one, or that one again; where nobody can tell, that
//! is noted.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chunkgate::engine::{
    AnswerReceipt, ConnectionId, Delivery, Evidence, UploadError, session::SessionLimits,
};
use tokio::time::sleep;

use super::support::{LIMITS, Running, Session, World, deliver, pool};

/// 2,000 bytes that do not stand twice in a row in a document.
fn telling() -> Vec<u8> {
    let word = |n: u32| n.wrapping_mul(n).wrapping_mul(0x9E37_79B1).to_be_bytes();
    (0..500).flat_map(word).collect()
}

async fn engine(world: &World) -> Running {
    let limits = SessionLimits {
        max_chunk: 4000,
        max_total: 100_000,
        ..LIMITS
    };
    world
        .engine_with(world.database.config(), pool(), limits)
        .await
}

/// An answer that its client's kernel acknowledges when a test says so.
#[derive(Default)]
struct Link(AtomicBool);

impl Evidence for Link {
    fn look(&self) -> Delivery {
        if self.0.load(Ordering::Relaxed) {
            Delivery::Acknowledged
        } else {
            Delivery::Pending
        }
    }
}

/// Sends a chunk whose answer is written to a link that acknowledges nothing.
async fn send_into_silence(
    engine: &Running,
    session: Session,
    chunk: &[u8],
) -> (Arc<Link>, impl AnswerReceipt + use<>) {
    let mut receipt = engine.send(session, chunk, false).await.unwrap().receipt;
    let link = Arc::new(Link::default());
    receipt.written(Arc::clone(&link) as Arc<dyn Evidence>);
    (link, receipt)
}

#[tokio::test]
async fn on_the_connection_of_the_answer_before_it_is_data() {
    let world = World::new().await;
    let engine = engine(&world).await;
    for chunk in [telling(), b"zeros".to_vec()] {
        let session = engine.start_session().await;
        let own = Some(ConnectionId::next());
        for times in 1..=3 {
            let total = deliver(engine.send_on(own, session, &chunk, false).await);
            assert_eq!(total.unwrap(), times * chunk.len() as u64);
        }
        assert_eq!(world.doubts(session).await, []);
    }
}

#[tokio::test]
async fn on_another_connection_it_is_that_chunk_if_it_is_telling() {
    let world = World::new().await;
    let engine = engine(&world).await;
    let session = engine.start_session().await;
    let chunk = telling();
    for connection in [Some(ConnectionId::next()), Some(ConnectionId::next()), None] {
        let total = deliver(engine.send_on(connection, session, &chunk, false).await);
        assert_eq!(total.unwrap(), 2000);
    }
    let left_out = (2000, 2000, false);
    assert_eq!(world.doubts(session).await, [left_out, left_out]);
    assert_eq!(engine.content(session).await, chunk);
}

#[tokio::test]
async fn on_another_connection_it_is_data_in_doubt_if_it_is_not() {
    let world = World::new().await;
    let engine = engine(&world).await;
    let session = engine.start_session().await;
    engine.upload(session, b"head").await.unwrap();
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 9);
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 14);
    assert_eq!(world.doubts(session).await, [(9, 5, true)]);
    assert_eq!(engine.content(session).await, b"headzeroszeros");
}

#[tokio::test]
async fn what_was_left_out_after_a_lost_answer_is_noted() {
    let world = World::new().await;
    let engine = engine(&world).await;
    let session = engine.start_session().await;
    engine
        .upload_unheard(session, b"zeros", false)
        .await
        .unwrap();
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 5);
    assert_eq!(world.doubts(session).await, [(5, 5, false)]);
    engine
        .engine
        .cancel(session.key, super::support::HERE)
        .await
        .unwrap();
    assert_eq!(world.doubts(session).await, [], "they go with the bytes");
}

#[tokio::test]
async fn after_an_answer_that_no_kernel_acknowledges_it_is_that_chunk() {
    let world = World::new().await;
    let engine = engine(&world).await;
    let session = engine.start_session().await;
    let (_silent, _receipt) = send_into_silence(&engine, session, b"zeros").await;
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 5);
}

#[tokio::test]
async fn an_acknowledgement_that_is_late_is_waited_for() {
    let world = World::new().await;
    let engine = engine(&world).await;
    let session = engine.start_session().await;
    let (link, _receipt) = send_into_silence(&engine, session, b"zeros").await;
    let acknowledging = async {
        sleep(Duration::from_millis(50)).await;
        link.0.store(true, Ordering::Relaxed);
    };
    let (total, ()) = tokio::join!(engine.upload(session, b"zeros"), acknowledging);
    assert_eq!(total.unwrap(), 10);
}

#[tokio::test]
async fn an_answer_that_nobody_asked_about_is_in_doubt_only_if_it_is_not_acknowledged() {
    for acknowledged in [false, true] {
        let world = World::new().await;
        let engine = engine(&world).await;
        let session = engine.start_session().await;
        let (link, receipt) = send_into_silence(&engine, session, b"zeros").await;
        link.0.store(acknowledged, Ordering::Relaxed);
        let engine = world.restart(engine).await;
        drop(receipt);
        let total = if acknowledged { 10 } else { 5 };
        assert_eq!(engine.upload(session, b"zeros").await.unwrap(), total);
    }
}

#[tokio::test]
async fn an_upload_of_full_size_takes_repetitions_but_not_more_than_itself() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    engine.upload(session, &[1; 100]).await.unwrap();
    for n in 1..=9_u64 {
        let total = engine.upload(session, &[0; 100]).await.unwrap();
        assert_eq!(total, 100 + n * 100);
    }
    // All but two chunks may be one that was sent again, so there is room for the same bytes.
    for n in 1..=10_u64 {
        let total = engine.upload(session, &[0; 100]).await.unwrap();
        assert_eq!(total, 1000 + n * 100);
    }
    for chunk in [&[0; 100], &[2; 100]] {
        let refused = engine.upload(session, chunk).await;
        assert!(
            matches!(refused, Err(UploadError::TotalTooLarge { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(engine.status(session).await.received, 2000);
}

#[tokio::test]
async fn of_doubts_a_session_has_so_many() {
    let world = World::new().await;
    let engine = engine(&world).await;
    let session = engine.start_session().await;
    engine.upload(session, b"zeros").await.unwrap();
    let many = format!(
        "INSERT INTO upload_doubt (session_id, position, length, stored)
         SELECT {}, 5, 5, false FROM generate_series(1, 4095)",
        session.id
    );
    world.run(&many).await;
    engine.upload(session, b"zeros").await.unwrap();
    assert_eq!(world.doubts(session).await.len(), 4096);
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 15);
    engine
        .upload_unheard(session, b"more", false)
        .await
        .unwrap();
    assert_eq!(engine.upload(session, b"more").await.unwrap(), 19);
    assert_eq!(world.doubts(session).await.len(), 4096);
}
