//! More requests at once than `http.max_in_flight`, or than one address may have, get 503, and
//! may come again.

use crate::support::{eventually::eventually, gateway::Gateway, wire::Wire};

use super::support::{chunk_request, is_busy};

/// Requests that are served before the one that lies in wait must have come.
const ASKED: usize = 20;

#[tokio::test]
async fn a_request_too_many_is_503_and_passes_when_there_is_room() {
    let gateway = Gateway::with(|settings| settings.http.max_in_flight = 1).await;
    let session = gateway.client().start().await;
    let request = chunk_request(&session, b"chunk");
    let (begin, end) = request.body().split_at(100);
    let mut second = Wire::connect(gateway.address).await;
    let mut first = eventually("request that keeps another one out", async || {
        let mut first = Wire::connect(gateway.address).await;
        first.send(&request.head()).await;
        first.send(begin).await;
        for _ in 0..ASKED {
            // The same chunk again and again would be data; an unknown session is not.
            let answer = second.ask(&chunk_request("nobody", b"x")).await;
            if is_busy(&answer) {
                return Some(first);
            }
        }
        // It was the first that came one too many, while the second was served.
        None
    })
    .await;
    first.send(end).await;
    let answer = first.answer().await;
    assert_eq!(answer.result("UploadFileChunk"), 5);
    let answer = second.ask(&chunk_request(&session, b"more!")).await;
    assert_eq!(answer.result("UploadFileChunk"), 10);
    gateway.stop().await;
}

/// As if a proxy in front of the gateway, which is believed, had it from `client`.
fn of(client: &str) -> crate::support::request::Request {
    chunk_request("nobody", b"x").forwarded_for(client)
}

#[tokio::test]
async fn an_address_that_has_its_share_leaves_places_to_the_others() {
    let gateway = Gateway::with(|settings| {
        settings.http.max_in_flight_per_address = 1;
        settings.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let mut wire = Wire::connect(gateway.address).await;
    let held = of("192.0.2.1");
    let mut first = eventually("request that keeps its neighbours out", async || {
        let mut first = Wire::connect(gateway.address).await;
        first.send(&held.head()).await;
        is_busy(&wire.ask(&of("192.0.2.1")).await).then_some(first)
    })
    .await;
    assert_eq!(wire.ask(&of("192.0.2.2")).await.status, 200);
    // One that asks before it sends is spared the sending.
    let asking = of("192.0.2.1").header("Expect", "100-continue");
    let mut refused = Wire::connect(gateway.address).await;
    refused.send(&asking.head()).await;
    assert!(is_busy(&refused.answer().await));
    first.send(held.body()).await;
    assert_eq!(first.answer().await.status, 200);
    assert_eq!(wire.ask(&of("192.0.2.1")).await.status, 200);
    gateway.stop().await;
}
