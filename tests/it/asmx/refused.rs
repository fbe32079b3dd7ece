//! What is malformed, cannot be read, is not understood, or lies beyond a limit.

use std::fmt::Write as _;

use chunkgate::soap::Version::{V11, V12};

use crate::{
    interfax::support::{chunk_for, status},
    support::{
        gateway::Gateway,
        request::{NAMESPACE, Request, envelope, session_element},
    },
};

use super::support::{NO_SESSION, ask, empty, failure, fault, frame, result};

const ACTION: &str = "http://www.interfax.cc/UploadFileChunk";

#[tokio::test]
async fn malformed_is_400_without_a_body_and_stores_nothing() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let good = envelope(V11, "UploadFileChunk", &chunk_for(&session, b"chunk"));
    for bad in [
        String::new(),
        "no xml".to_owned(),
        good[..good.len() - 1].to_owned(),
        format!(" {good}"),
        format!("{good}<x/>"),
        good.replace("</soap:Body>", "</soap:body>"),
        good.replace("<soap:Envelope", "<!DOCTYPE x><soap:Envelope"),
        good.replace(
            "<soap:Envelope",
            "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><soap:Envelope",
        ),
        good.replace("</Chunk>", "&y;</Chunk>"),
        good.replace("</Chunk>", "*</Chunk>"),
        good.replace("</Chunk>", "QUJD</Chunk>"),
        good.replace("<SessionID>", "<SessionID>\0"),
    ] {
        let request = Request::post(ACTION, bad);
        assert_eq!(ask(&gateway, &request).await, empty("400 Bad Request"));
    }
    assert_eq!(status(&gateway, &session).await.received, 0);
    let request = Request::post(ACTION, good);
    assert_eq!(
        ask(&gateway, &request).await,
        result(V11, "UploadFileChunk", 5)
    );
    gateway.stop().await;
}

#[tokio::test]
async fn a_boolean_that_cannot_be_read() {
    let gateway = Gateway::start().await;
    for (value, shown, column) in [
        ("yes", "yes", 21),
        ("", "", 18),
        ("True", "True", 22),
        (" 2 ", "2", 21),
    ] {
        let parameters = format!("\n<IsLast>{value}</IsLast>");
        let text = format!(
            "Server was unable to read request. ---&gt; There is an error in XML document (2, {column}). ---&gt; The string '{shown}' is not a valid Boolean value."
        );
        let request = Request::soap_11("UploadFileChunk", &parameters);
        assert_eq!(ask(&gateway, &request).await, fault(V11, "Client", &text));
        let request = Request::soap_12("UploadFileChunk", &parameters);
        assert_eq!(ask(&gateway, &request).await, fault(V12, "Sender", &text));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn no_envelope_and_no_body() {
    let gateway = Gateway::start().await;
    let missing = |part: &str| {
        let text = format!(
            "Server was unable to read request. ---&gt; Request format is invalid: Missing required soap:{part} element."
        );
        fault(V11, "Client", &text)
    };
    let other = Request::post(ACTION, "<Other/>");
    assert_eq!(ask(&gateway, &other).await, missing("Envelope"));
    for content in ["", "<s:Header/>", "<Body/>", "<s:body/>"] {
        let envelope = format!(
            "<s:Envelope xmlns:s='{}'>{content}</s:Envelope>",
            V11.envelope()
        );
        let request = Request::post(ACTION, envelope);
        assert_eq!(ask(&gateway, &request).await, missing("Body"));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_unknown_envelope_namespace() {
    let gateway = Gateway::start().await;
    for (declared, shown) in [(" xmlns='urn:e'", "urn:e"), ("", "")] {
        let envelope = format!("<Envelope{declared}><Body/></Envelope>");
        let header = "<soap:Header><soap12:Upgrade xmlns:soap12=\"http://www.w3.org/2003/05/soap-envelope\"><soap12:SupportedEnvelope qname=\"soap:Envelope\" /><soap12:SupportedEnvelope qname=\"soap12:Envelope\" /></soap12:Upgrade></soap:Header>";
        let fault = format!(
            "<soap:Body><soap:Fault><faultcode>soap:VersionMismatch</faultcode><faultstring>Possible SOAP version mismatch: Envelope namespace {shown} was unexpected. Expecting http://schemas.xmlsoap.org/soap/envelope/.</faultstring><detail /></soap:Fault></soap:Body>"
        );
        let expected = failure(V11, &frame(V11, &format!("{header}{fault}")));
        let request = Request::post(ACTION, envelope);
        assert_eq!(ask(&gateway, &request).await, expected);
        let soap_12 = request
            .without("SOAPAction")
            .header("Content-Type", "application/soap+xml");
        assert_eq!(ask(&gateway, &soap_12).await, expected);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_header_block_that_must_be_understood_stops_the_call() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let security = "<soap:Header><w:Security xmlns:w='urn:w' soap:mustUnderstand='1'/></soap:Header><soap:Body>";
    let text = "SOAP header Security was not understood.";
    let chunk = chunk_for(&session, b"chunk");
    let body = envelope(V11, "UploadFileChunk", &chunk).replace("<soap:Body>", security);
    let request = Request::post(ACTION, body);
    assert_eq!(
        ask(&gateway, &request).await,
        fault(V11, "MustUnderstand", text)
    );
    let body = envelope(V12, "UploadFileChunk", &chunk).replace("<soap:Body>", security);
    let request = Request::post("", body)
        .without("SOAPAction")
        .header("Content-Type", "application/soap+xml");
    assert_eq!(
        ask(&gateway, &request).await,
        fault(V12, "MustUnderstand", text)
    );
    assert_eq!(status(&gateway, &session).await.received, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn beyond_the_limits_of_an_envelope() {
    let gateway = Gateway::start().await;
    let mut attributes = String::new();
    for number in 0..65 {
        let _ = write!(attributes, " a{number}=''");
    }
    for parameters in [
        "<x>".repeat(40) + &"</x>".repeat(40),
        format!("<x{attributes}/>"),
        "<x/>".repeat(300),
        format!("<{}/>", "x".repeat(1025)),
        session_element(&"x".repeat(65_537)),
        format!("<!--{}-->", "x".repeat(65_537)),
    ] {
        let request = Request::soap_11("CancelFileUpload", &parameters);
        assert_eq!(ask(&gateway, &request).await, empty("400 Bad Request"));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn longer_than_the_limit() {
    let gateway = Gateway::with(|settings| settings.http.max_body = 64 << 10).await;
    let parameters = format!("<x>{}</x>", "x".repeat(64 << 10));
    let text = "There was an exception running the extensions specified in the config file. ---&gt; Maximum request length exceeded.";
    for (request, version, code) in [
        (
            Request::soap_11("UploadFileChunk", &parameters),
            V11,
            "Server",
        ),
        (
            Request::soap_12("UploadFileChunk", &parameters),
            V12,
            "Receiver",
        ),
    ] {
        let body = request.body();
        let chunked = [
            request
                .clone()
                .without("Content-Length")
                .header("Transfer-Encoding", "chunked")
                .head(),
            format!("{:x}\r\n", body.len()).into_bytes(),
            body.to_vec(),
            b"\r\n0\r\n\r\n".to_vec(),
        ];
        let closed = fault(version, code, text).replace(
            "\r\nContent-Length",
            "\r\nConnection: close\r\nContent-Length",
        );
        let answered = super::support::ask_bytes(&gateway, &chunked.concat()).await;
        assert_eq!(answered, closed);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn too_many_at_once() {
    let gateway = Gateway::with(|settings| settings.http.max_in_flight = 1).await;
    let call = Request::post(
        ACTION,
        envelope(V11, "UploadFileChunk", &session_element(NO_SESSION)),
    );
    let bytes = call.bytes();
    let (begin, end) = bytes.split_at(bytes.len() - 1);
    let mut first = crate::support::wire::Wire::connect(gateway.address).await;
    first.send(begin).await;
    let refused = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\n\r\n";
    crate::support::eventually::until("refusal", async || ask(&gateway, &call).await == refused)
        .await;
    first.send(end).await;
    let answer = super::support::raw(&first.answer().await);
    // Whichever came first was served.
    assert!([refused.to_owned(), result(V11, "UploadFileChunk", -1062)].contains(&answer));
    gateway.stop().await;
}

#[tokio::test]
async fn names_are_not_guessed() {
    let gateway = Gateway::start().await;
    let lower = format!("<sessionid>{NO_SESSION}</sessionid>");
    let foreign = format!("<SessionID xmlns=\"urn:x\">{NO_SESSION}</SessionID>");
    let none = format!("<SessionID xmlns=\"\">{NO_SESSION}</SessionID>");
    let attribute = format!(
        "</CancelFileUpload><CancelFileUpload xmlns=\"{NAMESPACE}\" SessionID=\"{NO_SESSION}\">"
    );
    for parameters in [lower, foreign, none, attribute] {
        let request = Request::soap_11("CancelFileUpload", &parameters);
        assert_eq!(
            ask(&gateway, &request).await,
            result(V11, "CancelFileUpload", 0)
        );
    }
    gateway.stop().await;
}
