//! A client that lost an answer sends the form again, and its chunk is not stored twice.

use crate::{
    interfax::support::holds,
    support::{gateway::Gateway, request::Request, wire::Wire},
};

use super::support::{chunk_form, form_request, query_request, result};

async fn is_stored_once(request: impl Fn(&str, &str) -> Request) {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let two = request("UploadFileChunk", &chunk_form(&session, b"two ", false));

    let mut lost = Wire::connect(gateway.address).await;
    lost.send(&two.bytes()).await;
    assert_eq!(result(&lost.answer().await.body), 4);
    lost.reset();

    let mut wire = Wire::connect(gateway.address).await;
    assert_eq!(result(&wire.ask(&two).await.body), 4);
    // Now it was delivered; the same bytes are the next chunk.
    assert_eq!(result(&wire.ask(&two).await.body), 8);
    assert!(holds(&gateway, &session, b"two two ").await);
    gateway.stop().await;
}

#[tokio::test]
async fn by_post() {
    is_stored_once(form_request).await;
}

#[tokio::test]
async fn by_get() {
    is_stored_once(query_request).await;
}
