//! A client that goes without its answer says goodbye first, inside TLS: bytes that nobody reads
//! any more must not look like a client that is there.

use tokio::io::AsyncWriteExt;

use crate::{
    interfax::support::holds,
    support::{
        gateway::Gateway,
        request::Request,
        soap::{chunk_parameters, read_answer},
    },
};

use super::support::{Authority, LONG, send};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_chunk_again_is_not_stored_twice() {
    let authority = Authority::new(LONG);
    let gateway = Gateway::with(|settings| authority.serve(settings)).await;
    let address = gateway.tls_address.expect("a port");
    let mut client = gateway.client();
    let session = client.start().await;
    let mut expected = Vec::new();
    for round in 0..20_u8 {
        let chunk = [round; 64];
        let parameters = chunk_parameters(&session, &chunk, false);
        let request = Request::soap_11("UploadFileChunk", &parameters).bytes();
        let mut gone = authority.connect(address).await;
        send(&mut gone, &request).await;
        // The farewell and the end, at once: the answer meets a socket that is closed.
        gone.shutdown().await.unwrap();
        drop(gone);

        let mut again = authority.connect(address).await;
        send(&mut again, &request).await;
        let answer = read_answer(&mut again).await;
        expected.extend_from_slice(&chunk);
        let total = i64::try_from(expected.len()).unwrap();
        assert_eq!(answer.result("UploadFileChunk"), total, "round {round}");
    }
    assert!(holds(&gateway, &session, &expected).await);
    gateway.stop().await;
}
