//! -150: a failure of ours. The session is as it was before the call.

use crate::support::{
    gateway::{Gateway, PASSWORD, USER},
    outage::Outage,
    soap::Client,
};

use super::support::{holds, start};

/// Sends the chunk until it is not answered with -150; the gateway notices within 2 s that its
/// database is back.
async fn retry(client: &mut Client, session: &str, chunk: &[u8], is_last: bool) -> i64 {
    for _ in 0..100 {
        match client.chunk(session, chunk, is_last).await {
            -150 => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
            other => return other,
        }
    }
    -150
}

#[tokio::test]
async fn while_the_database_is_away_everything_is_150_and_afterwards_nothing_is_lost() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"before ", false).await, 7);

    let outage = Outage::of(&gateway.database).await;
    assert_eq!(start(&mut client, USER, PASSWORD).await, -150);
    assert_eq!(client.chunk(&session, b"after", true).await, -150);
    assert_eq!(client.chunk(&session, b"after", true).await, -150);
    assert_eq!(client.cancel(&session).await, -150);
    outage.end().await;

    assert_eq!(retry(&mut client, &session, b"after", true).await, 12);
    assert!(holds(&gateway, &session, b"before after").await);
    gateway.stop().await;
}
