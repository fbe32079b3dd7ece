//! A gateway that stops in order and starts again goes on where it was.

use crate::support::gateway::Gateway;

#[tokio::test]
async fn an_upload_goes_on_after_a_restart_and_equal_chunks_are_data() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"blank page ", false).await, 11);
    let gateway = gateway.restart().await;
    let mut client = gateway.client();
    // The answer before was delivered, and the process that gave it has ended well.
    assert_eq!(client.chunk(&session, b"blank page ", false).await, 22);
    assert_eq!(client.chunk(&session, b"the end", true).await, 29);
    let id = gateway.session(&session).await;
    assert_eq!(gateway.content(id).await, b"blank page blank page the end");
    gateway.stop().await;
}
