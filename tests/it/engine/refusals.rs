//! What is wrong with a session, an account and a chunk is told in the original order.

use chunkgate::{
    content::ContentError,
    engine::{Peer, UploadError},
};

use super::support::{HERE, Running, Session, World};

async fn label(engine: &Running, session: Session, chunk: &[u8]) -> &'static str {
    match engine.upload(session, chunk).await {
        Ok(_) => "stored",
        Err(error) => error.label(),
    }
}

#[tokio::test]
async fn one_trouble_hides_the_next() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    for n in 10..19 {
        engine.upload(session, &[n; 100]).await.unwrap();
    }
    engine.upload(session, &[1; 99]).await.unwrap();
    // Everything is wrong, and mended one by one.
    engine.upload(session, &[2; 1]).await.unwrap();
    world
        .store
        .fail_with(Some(ContentError::Unavailable("full".to_owned())));
    world
        .run("UPDATE account SET enabled = false, switch_group = 'b', fax_service = false, is_primary = false")
        .await;
    for (mend, trouble) in [
        ("", "account_disabled"),
        ("UPDATE account SET enabled = true", "other_switch_group"),
        ("UPDATE account SET switch_group = ''", "no_fax_service"),
        ("UPDATE account SET fax_service = true", "not_primary"),
    ] {
        world.run(mend).await;
        for chunk in [&[][..], &[3], &[3; 101]] {
            assert_eq!(
                label(&engine, session, chunk).await,
                trouble,
                "after: {mend}"
            );
        }
    }
    world.run("UPDATE account SET is_primary = true").await;
    assert_eq!(label(&engine, session, &[]).await, "empty_chunk");
    assert_eq!(label(&engine, session, &[3; 101]).await, "chunk_too_large");
    assert_eq!(label(&engine, session, &[3]).await, "total_too_large");
    world
        .run("UPDATE upload_session SET received = received - 1")
        .await;
    assert_eq!(label(&engine, session, &[3]).await, "content");
    world.store.fail_with(None);
    // Over everything: the session.
    engine.engine.cancel(session.key, HERE).await.unwrap();
    for chunk in [&[][..], &[3], &[3; 101]] {
        assert_eq!(label(&engine, session, chunk).await, "session_not_open");
    }
}

#[tokio::test]
async fn a_disabled_account_hears_nothing_of_a_repeated_chunk() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    engine.upload_unheard(session, b"all", true).await.unwrap();
    world.run("UPDATE account SET enabled = false").await;
    let refused = engine.upload_last(session, b"all").await;
    assert!(matches!(refused, Err(UploadError::AccountDisabled)));
    world.run("UPDATE account SET enabled = true").await;
    assert_eq!(engine.upload_last(session, b"all").await.unwrap(), 3);
}

#[tokio::test]
async fn a_chunk_whose_client_has_gone_is_not_stored() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    let mut append = engine.engine.append(HERE);
    append.name(session.key).await;
    append.write(bytes::Bytes::from_static(b"chunk")).await;
    let gone = append.finish(false, || Peer::Gone).await;
    assert!(matches!(gone, Err(UploadError::ClientGone)));
    assert_eq!(engine.upload(session, b"chunk").await.unwrap(), 5);
}

#[tokio::test]
async fn a_chunk_may_come_before_its_session() {
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    for blocks in 1..4_u8 {
        let mut append = engine.engine.append(HERE);
        for n in 0..blocks {
            append.write(bytes::Bytes::copy_from_slice(&[n])).await;
        }
        append.name(session.key).await;
        append
            .finish(false, || Peer::Present)
            .await
            .unwrap()
            .receipt
            .delivered();
    }
    assert_eq!(engine.content(session).await, [0, 0, 1, 0, 1, 2]);
}
