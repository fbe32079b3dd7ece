//! No log line holds a password, a `SessionID` or a query string, however much is logged.

use crate::support::{
    alone::has_process_of_its_own,
    gateway::{Gateway, PASSWORD, USER},
    log::Log,
    request::{Request, chunk_element, credentials, session_element},
    wire::Wire,
};

use super::support::{NO_SESSION, chunk_request};

#[tokio::test]
async fn log_lines_hold_no_secrets() {
    if !has_process_of_its_own("edge::secrets::log_lines_hold_no_secrets") {
        return;
    }
    let kept = Log::keep();

    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    assert_eq!(client.chunk(&session, b"chunk", false).await, 5);
    let with_query = "POST /dfs.asmx?Password=in-the-query HTTP/1.1";
    let log_in = credentials(USER, "wrong-password");
    let mut wire = Wire::connect(gateway.address).await;
    for request in [
        Request::soap_11("StartFileUpload", &log_in).line(with_query),
        Request::soap_11("StartFileUpload", &log_in.replace("</Password>", "")),
        Request::soap_11("StartFileUpload", &credentials("nobody", "wrong-password")),
        chunk_request(NO_SESSION, b"chunk"),
        chunk_request(&session, b""),
        Request::soap_11(
            "UploadFileChunk",
            &(session_element(&session) + "<IsLast>maybe</IsLast>"),
        ),
        Request::soap_11(
            "UploadFileChunk",
            &(session_element(&session) + &chunk_element(b"chunk").replace("</", "*</")),
        ),
        // What a client puts into the wrong element, or does not escape.
        Request::soap_11("UploadFileChunk", &format!("<IsLast>{session}</IsLast>")),
        Request::soap_11(
            "StartFileUpload",
            "<Username>Office</Username><Password>half</unescaped-half></Password>",
        ),
        Request::get("/dfs.asmx?wsdl&Password=in-the-query"),
        Request::get("/elsewhere?Password=in-the-query"),
    ] {
        wire.ask(&request).await;
    }
    assert_eq!(client.cancel(&session).await, 0);
    gateway.stop().await;

    let log = kept.text();
    for line in [
        "StartFileUpload",
        "UploadFileChunk",
        "CancelFileUpload",
        "/elsewhere",
    ] {
        assert!(log.contains(line), "{line} was not logged:\n{log}");
    }
    let escaped = credentials("", PASSWORD);
    for secret in [
        PASSWORD,
        &escaped,
        "s3cret",
        "wrong-password",
        "in-the-query",
        "unescaped-half",
        &session,
        NO_SESSION,
    ] {
        assert!(!log.contains(secret), "{secret} was logged:\n{log}");
    }
}
