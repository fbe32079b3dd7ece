//! The whole story in SOAP 1.2; answers come in the version of the request.

use crate::support::{
    gateway::{Gateway, USER},
    request::{Request, chunk_element, credentials, session_element},
    soap::{Answer, Client, chunk_parameters},
};

use super::support::{good_credentials, holds};

async fn call(client: &mut Client, operation: &str, parameters: &str) -> Answer {
    let answer = client
        .send(&Request::soap_12(operation, parameters).bytes())
        .await;
    let head = answer.head.to_ascii_lowercase();
    assert!(
        head.contains("content-type: application/soap+xml; charset=utf-8"),
        "{head}"
    );
    assert!(
        answer
            .body
            .contains("http://www.w3.org/2003/05/soap-envelope")
    );
    answer
}

#[tokio::test]
async fn a_document_goes_up_in_soap_12() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let started = call(&mut client, "StartFileUpload", &good_credentials()).await;
    assert_eq!(started.result("StartFileUpload"), 0);
    let session = started.text("SessionID").unwrap();
    for (chunk, is_last, result) in [
        (&b"one "[..], false, 4),
        (b"", false, -1061),
        (b"two", true, 7),
        (b"more", false, -1062),
    ] {
        let parameters = chunk_parameters(session, chunk, is_last);
        let answer = call(&mut client, "UploadFileChunk", &parameters).await;
        assert_eq!(answer.result("UploadFileChunk"), result);
    }
    assert!(holds(&gateway, session, b"one two").await);
    for result in [0, -1062] {
        let answer = call(&mut client, "CancelFileUpload", &session_element(session)).await;
        assert_eq!(answer.result("CancelFileUpload"), result);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn refusals_and_faults_come_in_soap_12() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let refused = call(&mut client, "StartFileUpload", &credentials(USER, "wrong")).await;
    assert_eq!(refused.result("StartFileUpload"), -1003);
    let unreadable = chunk_element(b"x") + "<IsLast>maybe</IsLast>";
    let fault = call(&mut client, "UploadFileChunk", &unreadable).await;
    assert_eq!(fault.status, 500);
    assert_eq!(fault.text("soap:Value"), Some("soap:Sender"));
    let unknown = call(&mut client, "Unheard", "").await;
    let reason =
        "Unable to handle request. The action 'http://www.interfax.cc/Unheard' was not recognized.";
    assert!(unknown.body.contains(reason), "{}", unknown.body);
    gateway.stop().await;
}
