//! A body that comes too slowly, or takes too long, is given up: nothing is stored, and the
//! connection ends.

use std::time::Duration;

use crate::support::{gateway::Gateway, wire::Wire};

use super::support::{chunk_request, received};

#[tokio::test]
async fn a_body_slower_than_the_minimum_rate_is_given_up() {
    let gateway = Gateway::with(|settings| {
        settings.http.min_rate = 1024;
        settings.http.min_rate_grace = Duration::from_millis(200);
    })
    .await;
    let session = gateway.client().start().await;
    let request = chunk_request(&session, b"chunk");
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&request.head()).await;
    wire.send(&request.body()[..request.body().len() - 1]).await;
    wire.closed().await;
    assert_eq!(received(&gateway, &session).await, 0);
    // The session is as it was.
    assert_eq!(gateway.client().chunk(&session, b"chunk", true).await, 5);
    gateway.stop().await;
}

#[tokio::test]
async fn a_body_that_takes_too_long_is_given_up_however_steadily_it_comes() {
    let gateway = Gateway::with(|settings| {
        settings.http.min_rate = 0;
        settings.http.body_timeout = Duration::from_millis(300);
    })
    .await;
    let session = gateway.client().start().await;
    let request = chunk_request(&session, &vec![7; 60_000]);
    let mut wire = Wire::connect(gateway.address).await;
    wire.send(&request.head()).await;
    // Two seconds' worth, if it were listened to.
    for piece in request.body().chunks(400) {
        if !wire.offer(piece).await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    wire.closed().await;
    assert_eq!(received(&gateway, &session).await, 0);
    gateway.stop().await;
}
