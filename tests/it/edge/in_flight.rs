//! More requests at once than `http.max_in_flight` get 503, and may come again.

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
