//! .NET's WCF, as recorded: SOAP 1.2 with the action in the content type, no XML declaration,
//! an empty `<SessionID/>` at the start, chunks of 30,000 bytes, and each body held back until
//! the gateway says that it wants it.

use crate::support::{
    gateway::{Gateway, PASSWORD, USER},
    request::{Request, chunk_element, credentials, session_element},
    soap::Answer,
    wire::Wire,
};

async fn call(wire: &mut Wire, operation: &str, parameters: &str) -> Answer {
    let body = format!(
        r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><{operation} xmlns="http://www.interfax.cc">{parameters}</{operation}></s:Body></s:Envelope>"#
    );
    let content_type = format!(
        "application/soap+xml; charset=utf-8; action=\"http://www.interfax.cc/{operation}\""
    );
    let request = Request::post("", body)
        .without("SOAPAction")
        .header("Content-Type", &content_type)
        .header("Expect", "100-continue")
        .header("Accept-Encoding", "gzip, deflate");
    wire.send(&request.head()).await;
    wire.expect("HTTP/1.1 100 Continue\r\n\r\n").await;
    wire.send(request.body()).await;
    wire.answer().await
}

#[tokio::test]
async fn wcf_uploads() {
    let gateway = Gateway::start().await;
    let document = include_bytes!("../../data/sample.pdf");
    let mut wire = Wire::connect(gateway.address).await;

    let wrong = credentials(USER, "wrong") + "<SessionID/>";
    let refused = call(&mut wire, "StartFileUpload", &wrong).await;
    assert_eq!(refused.result("StartFileUpload"), -1003);
    assert!(refused.body.contains("<SessionID />"));

    let right = credentials(USER, PASSWORD) + "<SessionID/>";
    let started = call(&mut wire, "StartFileUpload", &right).await;
    assert_eq!(started.result("StartFileUpload"), 0);
    let session = started.text("SessionID").unwrap();

    let mut sent = 0;
    for chunk in document.chunks(30_000) {
        sent += chunk.len();
        let is_last = sent == document.len();
        let parameters = [
            session_element(session),
            chunk_element(chunk),
            format!("<IsLast>{is_last}</IsLast>"),
        ];
        let answer = call(&mut wire, "UploadFileChunk", &parameters.concat()).await;
        let total = i64::try_from(sent).unwrap();
        assert_eq!(answer.result("UploadFileChunk"), total);
    }
    let id = gateway.session(session).await;
    assert!(gateway.content(id).await == document);
    gateway.stop().await;
}
