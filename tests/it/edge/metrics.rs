//! `/metrics` counts operations by the code they answered with.

use crate::support::{
    alone::has_process_of_its_own, gateway::Gateway, request::Request, wire::Wire,
};

use super::support::{NO_SESSION, chunk_request, metric};

#[tokio::test]
async fn operations_are_counted_by_code() {
    if !has_process_of_its_own("edge::metrics::operations_are_counted_by_code") {
        return;
    }
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.start_as("Office", "wrong").await.status, 200);
    assert_eq!(client.chunk(&session, b"one", false).await, 3);
    assert_eq!(client.chunk(&session, b"two", false).await, 6);
    assert_eq!(client.chunk(&session, b"", false).await, -1061);
    assert_eq!(client.cancel(&session).await, 0);
    let mut wire = Wire::connect(gateway.address).await;
    let unknown = chunk_request(NO_SESSION, b"x");
    assert_eq!(wire.ask(&unknown).await.result("UploadFileChunk"), -1062);
    let fault = Request::soap_11("UploadFileChunk", "<IsLast>maybe</IsLast>");
    assert_eq!(wire.ask(&fault).await.status, 500);

    for (operation, code, count) in [
        ("StartFileUpload", "0", 1.0),
        ("StartFileUpload", "-1003", 1.0),
        ("UploadFileChunk", "0", 2.0),
        ("UploadFileChunk", "-1061", 1.0),
        ("UploadFileChunk", "-1062", 1.0),
        ("UploadFileChunk", "500", 1.0),
        ("CancelFileUpload", "0", 1.0),
    ] {
        let name = format!(
            "chunkgate_operations_total{{protocol=\"interfax\",operation=\"{operation}\",code=\"{code}\"}}"
        );
        assert_eq!(metric(&gateway, &name).await, Some(count), "{name}");
    }
    gateway.stop().await;
}
