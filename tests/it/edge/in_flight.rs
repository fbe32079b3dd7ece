//! More requests at once than `http.max_in_flight` get 503, and may come again.

use crate::support::{eventually::eventually, gateway::Gateway, wire::Wire};

use super::support::{chunk_request, is_busy};

#[tokio::test]
async fn a_request_too_many_is_503_and_passes_when_there_is_room() {
    let gateway = Gateway::with(|settings| settings.http.max_in_flight = 1).await;
    let session = gateway.client().start().await;
    let request = chunk_request(&session, b"chunk");
    let (begin, end) = request.body().split_at(100);
    let mut first = Wire::connect(gateway.address).await;
    first.send(&request.head()).await;
    first.send(begin).await;

    let mut second = Wire::connect(gateway.address).await;
    eventually("503", async || {
        // The same chunk again and again would be data; an unknown session is not.
        let answer = second.ask(&chunk_request("nobody", b"x")).await;
        is_busy(&answer).then_some(())
    })
    .await;

    first.send(end).await;
    assert_eq!(first.answer().await.result("UploadFileChunk"), 5);
    let answer = second.ask(&chunk_request(&session, b"more!")).await;
    assert_eq!(answer.result("UploadFileChunk"), 10);
    gateway.stop().await;
}
