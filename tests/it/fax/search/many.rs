//! Many slow queries keep nobody else waiting.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::fax::support::{gateway_with, upload};

use super::{ITEMS, answer};

/// More than there are connections to the database.
const QUERIES: usize = 32;

#[tokio::test]
async fn queries_that_wait_leave_connections_for_uploads_and_log_ins() {
    let gateway = gateway_with(|settings| {
        settings.pool.size = 8;
        settings.pool.queries = 4;
        settings.pool.wait = Duration::from_millis(500);
        settings.pool.query_timeout = Duration::from_secs(3);
    })
    .await;
    let mut database = gateway.database.connect().await;
    let lock = database.transaction().await.expect("a transaction");
    // Only the search reads it: each query waits as one of very many faxes would.
    lock.batch_execute("LOCK TABLE fax_outbox IN ACCESS EXCLUSIVE MODE")
        .await
        .expect("a lock");
    let mut clients: Vec<_> = (0..QUERIES).map(|_| gateway.client()).collect();
    let queries = clients
        .iter_mut()
        .map(|client| answer(client, "FaxQuery2", "", ITEMS));
    let uploads = async {
        // The queries have begun, and wait.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut client = gateway.client();
        for _ in 0..5 {
            upload(&mut client, b"a document").await;
        }
    };
    let begun = Instant::now();
    let (answers, ()) = tokio::join!(join_all(queries), uploads);
    assert!(begun.elapsed() < Duration::from_mins(1));
    let codes: Vec<&str> = answers
        .iter()
        .map(|answer| answer.text("ResultCode").expect("a code"))
        .collect();
    // One of four places is the account's, and its query is given up after three seconds.
    let given_up = codes.iter().filter(|code| **code == "-150").count();
    let refused = codes.iter().filter(|code| **code == "-1011").count();
    assert_eq!(given_up + refused, QUERIES, "{codes:?}");
    assert!((1..=2).contains(&given_up), "{codes:?}");
    lock.rollback().await.expect("the end of the lock");
    let mut client = gateway.client();
    let found = answer(&mut client, "FaxQuery2", "", ITEMS).await;
    assert_eq!(found.text("ResultCode"), Some("0"));
    gateway.stop().await;
}
