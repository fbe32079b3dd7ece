//! The form of replies, written out once to the byte.

use crate::support::{
    gateway::Gateway,
    request::{Request, session_element},
};

use super::support::{NO_SESSION, ask};

#[tokio::test]
async fn soap_11() {
    let gateway = Gateway::start().await;
    let request = Request::soap_11("CancelFileUpload", &session_element(NO_SESSION));
    assert_eq!(
        ask(&gateway, &request).await,
        "HTTP/1.1 200 OK\r\nCache-Control: private, max-age=0\r\nContent-Length: 384\r\nContent-Type: text/xml; charset=utf-8\r\n\r\n<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><soap:Body><CancelFileUploadResponse xmlns=\"http://www.interfax.cc\"><CancelFileUploadResult>-1062</CancelFileUploadResult></CancelFileUploadResponse></soap:Body></soap:Envelope>"
    );
    gateway.stop().await;
}

#[tokio::test]
async fn soap_12() {
    let gateway = Gateway::start().await;
    let request = Request::soap_12("CancelFileUpload", &session_element(NO_SESSION));
    assert_eq!(
        ask(&gateway, &request).await,
        "HTTP/1.1 200 OK\r\nCache-Control: private, max-age=0\r\nContent-Length: 382\r\nContent-Type: application/soap+xml; charset=utf-8\r\n\r\n<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><soap:Body><CancelFileUploadResponse xmlns=\"http://www.interfax.cc\"><CancelFileUploadResult>-1062</CancelFileUploadResult></CancelFileUploadResponse></soap:Body></soap:Envelope>"
    );
    gateway.stop().await;
}

#[tokio::test]
async fn the_result_comes_before_a_ref_parameter() {
    let gateway = Gateway::start().await;
    let request = Request::soap_11("StartFileUpload", "<SessionID>mine</SessionID>");
    let answer = ask(&gateway, &request).await;
    let content = "<StartFileUploadResponse xmlns=\"http://www.interfax.cc\"><StartFileUploadResult>-1003</StartFileUploadResult><SessionID>mine</SessionID></StartFileUploadResponse>";
    assert!(answer.contains(content), "{answer}");
    gateway.stop().await;
}
