//! A client that gave up waiting sends its chunk again on another connection, and there it may be
//! served first. The request it gave up must then change nothing.

use std::time::Duration;

use bytes::Bytes;
use chunkgate::engine::{Append, Peer, UploadError};

use tokio::time::sleep;

use super::support::{HERE, Running, Session, World, deliver};
use crate::support::eventually::until;

async fn begin(engine: &Running, session: Session, chunk: &'static [u8]) -> Append {
    let mut append = engine.engine.append(HERE);
    append.name(session.key).await;
    append.write(Bytes::from_static(chunk)).await;
    append
}

#[tokio::test]
async fn a_request_that_its_repetition_has_overtaken_is_that_chunk() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    let given_up = begin(&engine, session, b"zeros").await;
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 5);
    // The connection may look as if its client were there: nobody has told the gateway yet.
    let late = given_up.finish(false, || Peer::Present).await;
    assert_eq!(deliver(late).unwrap(), 5);
    // Whatever became of that answer, the client's next equal chunk is data.
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 10);
    assert_eq!(engine.content(session).await, b"zeroszeros");
}

#[tokio::test]
async fn the_answer_to_an_overtaken_request_does_not_matter() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    let given_up = begin(&engine, session, b"zeros").await;
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 5);
    drop(
        given_up
            .finish(false, || Peer::Present)
            .await
            .unwrap()
            .receipt,
    );
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 10);
}

#[tokio::test]
async fn a_repetition_that_the_first_request_has_overtaken_is_answered() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    let repetition = begin(&engine, session, b"zeros").await;
    engine
        .upload_unheard(session, b"zeros", false)
        .await
        .unwrap();
    let answer = repetition.finish(false, || Peer::Present).await;
    assert_eq!(deliver(answer).unwrap(), 5);
    // The client has heard it now, so the next one is data.
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 10);
}

#[tokio::test]
async fn a_client_that_has_gone_on_is_not_served_its_old_chunk() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    let given_up = begin(&engine, session, b"first").await;
    assert_eq!(engine.upload(session, b"first").await.unwrap(), 5);
    assert_eq!(engine.upload(session, b"second").await.unwrap(), 11);
    let late = given_up.finish(false, || Peer::Finished).await;
    assert!(matches!(late, Err(UploadError::ClientGone)), "{late:?}");
    assert_eq!(engine.content(session).await, b"firstsecond");
}

#[tokio::test]
async fn different_chunks_sent_side_by_side_are_all_data() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    let beside = begin(&engine, session, b"left").await;
    assert_eq!(engine.upload(session, b"right").await.unwrap(), 5);
    let answer = beside.finish(false, || Peer::Present).await;
    assert_eq!(deliver(answer).unwrap(), 9);
    assert_eq!(engine.content(session).await, b"rightleft");
}

#[tokio::test]
async fn a_repetition_is_answered_also_when_the_database_knows_of_the_loss() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    let repetition = begin(&engine, session, b"zeros").await;
    engine
        .upload_unheard(session, b"zeros", false)
        .await
        .unwrap();
    let id = session.id;
    let known = format!("SELECT count(*) FROM upload_session WHERE id = {id} AND last_suspect");
    until("the database knows", || async {
        world.number(&known).await == 1
    })
    .await;
    let answer = repetition.finish(false, || Peer::Present).await;
    assert_eq!(deliver(answer).unwrap(), 5);
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 10);
}

#[tokio::test]
async fn a_repetition_is_answered_for_good_although_the_first_answer_is_lost_later() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    let repetition = begin(&engine, session, b"zeros").await;
    let first = engine.send(session, b"zeros", false).await.unwrap();
    let losing = async {
        sleep(Duration::from_millis(50)).await;
        drop(first);
    };
    let (answer, ()) = tokio::join!(repetition.finish(false, || Peer::Present), losing);
    assert_eq!(deliver(answer).unwrap(), 5);
    assert_eq!(engine.upload(session, b"zeros").await.unwrap(), 10);
}
