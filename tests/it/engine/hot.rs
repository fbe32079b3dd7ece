//! An append stays a heap-only update.

use super::support::World;
use crate::support::eventually::until;

#[tokio::test]
async fn appends_touch_no_index_of_their_session() {
    const APPENDS: u8 = 100;
    let world = World::new().await;
    let engine = world.engine().await;
    let session = engine.start_session().await;
    for n in 0..APPENDS {
        engine.upload(session, &[n]).await.unwrap();
    }
    // A server process counts at the latest when it ends.
    engine.stop().await;
    let updates = "SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'upload_session'";
    until("the updates are counted", || async {
        world.number(updates).await >= i64::from(APPENDS)
    })
    .await;
    let others = "SELECT n_tup_upd - n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'upload_session'";
    assert_eq!(world.number(others).await, 0);
}
