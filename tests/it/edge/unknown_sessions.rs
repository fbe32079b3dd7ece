//! An address that names too many unknown sessions in a minute gets 503 for more of them.

use crate::support::{
    gateway::Gateway,
    request::{Request, session_element},
    wire::Wire,
};

use super::support::{NO_SESSION, chunk_request, is_busy};

#[tokio::test]
async fn guesses_are_503_and_known_sessions_and_other_addresses_go_on() {
    let gateway = Gateway::with(|settings| {
        settings.limits.unknown_sessions_per_minute = 3;
        settings.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let (here, elsewhere) = ("192.0.2.1", "192.0.2.2");
    let session = gateway.client().start().await;
    let mut wire = Wire::connect(gateway.address).await;
    let known = chunk_request(&session, b"chunk").forwarded_for(here);
    assert_eq!(wire.ask(&known).await.result("UploadFileChunk"), 5);

    let guess = chunk_request(NO_SESSION, b"guess").forwarded_for(here);
    let cancel = Request::soap_11("CancelFileUpload", &session_element(NO_SESSION));
    let cancel = cancel.forwarded_for(here);
    assert_eq!(wire.ask(&guess).await.result("UploadFileChunk"), -1062);
    assert_eq!(wire.ask(&cancel).await.result("CancelFileUpload"), -1062);
    assert_eq!(wire.ask(&guess).await.result("UploadFileChunk"), -1062);
    for request in [&guess, &cancel] {
        let answer = wire.ask(request).await;
        assert!(is_busy(&answer), "{answer:?}");
    }

    let more = chunk_request(&session, b"more!").forwarded_for(here);
    assert_eq!(wire.ask(&more).await.result("UploadFileChunk"), 10);
    let other = guess.forwarded_for(elsewhere);
    assert_eq!(wire.ask(&other).await.result("UploadFileChunk"), -1062);
    gateway.stop().await;
}
