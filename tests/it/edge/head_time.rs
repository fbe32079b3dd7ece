//! Each request's head has to come within `http.head_timeout`, also on a connection that has
//! carried others; bodies and the time between requests have limits of their own.

use std::time::Duration;

use crate::support::{gateway::Gateway, request::Request, wire::Wire};

use super::support::{chunk_request, closes};

/// Half a limit of a whole test's patience, and much more than a request takes.
const SHORT: Duration = Duration::from_millis(300);

async fn gateway() -> Gateway {
    Gateway::with(|settings| settings.http.head_timeout = SHORT).await
}

async fn assert_told(mut wire: Wire) {
    let answer = wire.answer().await;
    assert_eq!(answer.status, 408, "{answer:?}");
    assert!(closes(&answer), "{answer:?}");
    wire.closed().await;
}

#[tokio::test]
async fn a_connection_on_which_nothing_comes_ends() {
    let gateway = gateway().await;
    assert_told(Wire::connect(gateway.address).await).await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_first_head_that_never_ends_is_given_up() {
    let gateway = gateway().await;
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(b"POST /dfs.asmx HTTP/1.1\r\nHost: x\r\n").await;
    assert_told(wire).await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_later_head_that_never_ends_is_given_up() {
    let gateway = gateway().await;
    let mut wire = Wire::connect(gateway.address).await;
    for request in [Request::get("/healthz"), chunk_request("nobody", b"x")] {
        assert_eq!(wire.ask(&request).await.status, 200);
    }
    wire.send(b"P").await;
    assert_told(wire).await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_gains_no_time() {
    let gateway = gateway().await;
    let mut wire = Wire::connect(gateway.address).await;
    assert_eq!(wire.ask(&Request::get("/healthz")).await.status, 200);
    let begun = tokio::time::Instant::now();
    let endless = async {
        wire.offer(b"GET / HTTP/1.1\r\nX: ").await;
        while wire.offer(b"x").await {
            tokio::time::sleep(SHORT / 10).await;
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(20), endless).await;
    assert!(ended.is_ok(), "{:?}", begun.elapsed());
    gateway.stop().await;
}

#[tokio::test]
async fn a_body_may_take_longer_than_a_head_and_so_may_the_time_between_requests() {
    let gateway = gateway().await;
    let session = gateway.client().start().await;
    let request = chunk_request(&session, b"chunk");
    let mut wire = Wire::connect(gateway.address).await;
    // Answered at once, without a look at the connection in between.
    for _ in 0..2 {
        assert_eq!(wire.ask(&Request::get("/healthz")).await.status, 200);
        tokio::time::sleep(2 * SHORT).await;
    }
    for total in [5, 10] {
        wire.send(&request.head()).await;
        tokio::time::sleep(2 * SHORT).await;
        wire.send(request.body()).await;
        assert_eq!(wire.answer().await.result("UploadFileChunk"), total);
        tokio::time::sleep(2 * SHORT).await;
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_head_that_comes_behind_another_request_is_waited_for() {
    let gateway = gateway().await;
    let session = gateway.client().start().await;
    let both = [
        chunk_request(&session, b"one").bytes(),
        chunk_request(&session, b"two").bytes(),
    ];
    let bytes = both.concat();
    let mut wire = Wire::connect(gateway.address).await;
    // The second head is cut in two.
    let (begin, end) = bytes.split_at(both[0].len() + 20);
    wire.send(begin).await;
    assert_eq!(wire.answer().await.result("UploadFileChunk"), 3);
    wire.send(end).await;
    assert_eq!(wire.answer().await.result("UploadFileChunk"), 6);
    gateway.stop().await;
}
