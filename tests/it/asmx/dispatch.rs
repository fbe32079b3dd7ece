//! Which operation runs.

use chunkgate::soap::Version::{self, V11, V12};

use crate::support::{
    gateway::Gateway,
    request::{NAMESPACE, Request, envelope, session_element},
};

use super::support::{NO_SESSION, ask, empty, fault, reply, result};

const CANCEL: &str = "CancelFileUpload";

/// Cancelling a session that is none: -1062, unless the parameter is not seen, which gives 0.
fn cancel() -> Request {
    Request::soap_11(CANCEL, &session_element(NO_SESSION))
}

/// A request with this envelope, content type and action.
fn request(version: Version, content_type: &str, action: Option<&str>, element: &str) -> Request {
    let body = envelope(version, element, &session_element(NO_SESSION));
    let request = Request::post("", body).header("Content-Type", content_type);
    match action {
        Some(action) => request.header("SOAPAction", action),
        None => request.without("SOAPAction"),
    }
}

#[tokio::test]
async fn soap_action_in_quotes_or_not_url_encoded_or_not() {
    let gateway = Gateway::start().await;
    for action in [
        "\"http://www.interfax.cc/CancelFileUpload\"",
        "http://www.interfax.cc/CancelFileUpload",
        "  http://www.interfax.cc/CancelFileUpload  ",
        "\"http%3a%2F%2Fwww.interfax.cc%2FCancelFileUpload\"",
    ] {
        let request = cancel().header("SOAPAction", action);
        assert_eq!(ask(&gateway, &request).await, result(V11, CANCEL, -1062));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn soap_action_empty_or_unknown() {
    let gateway = Gateway::start().await;
    for (action, value) in [
        ("\"\"", ""),
        ("", ""),
        ("\"urn:x\"", "urn:x"),
        (
            "\"http://www.interfax.cc/cancelfileupload\"",
            "http://www.interfax.cc/cancelfileupload",
        ),
        (
            "\"http://www.interfax.cc/CancelFileUpload \"",
            "http://www.interfax.cc/CancelFileUpload ",
        ),
        (
            "\"\"http://www.interfax.cc/CancelFileUpload\"\"",
            "&quot;http://www.interfax.cc/CancelFileUpload&quot;",
        ),
        ("%3Cx%3E+y", "&lt;x&gt; y"),
        ("CancelFileUpload", "CancelFileUpload"),
        ("urn:ä", "urn:ä"),
    ] {
        let request = cancel().header("SOAPAction", action);
        let text =
            format!("Server did not recognize the value of HTTP Header SOAPAction: {value}.");
        assert_eq!(ask(&gateway, &request).await, fault(V11, "Client", &text));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn without_soap_action_the_action_parameter_or_else_the_element() {
    let gateway = Gateway::start().await;
    let other = "application/soap+xml; action=\"urn:x\"";
    let known =
        "application/soap+xml; charset=utf-8; action=\"http://www.interfax.cc/CancelFileUpload\"";
    for (version, content_type) in [
        (V11, "text/xml; charset=utf-8"),
        (V11, "text/xml"),
        (V12, "application/soap+xml"),
        (V12, other),
        (V12, known),
    ] {
        let request = request(version, content_type, None, CANCEL);
        assert_eq!(
            ask(&gateway, &request).await,
            result(version, CANCEL, -1062)
        );
    }
    // The action parameter wins over the element, whose parameters are none of its own.
    let request = request(V12, known, None, "UploadFileChunk");
    assert_eq!(ask(&gateway, &request).await, result(V12, CANCEL, 0));
    gateway.stop().await;
}

#[tokio::test]
async fn in_soap_12_the_soap_action_header_means_nothing() {
    let gateway = Gateway::start().await;
    let request = request(V12, "application/soap+xml", Some("\"urn:x\""), CANCEL);
    assert_eq!(ask(&gateway, &request).await, result(V12, CANCEL, -1062));
    gateway.stop().await;
}

#[tokio::test]
async fn the_answer_is_in_the_version_of_the_envelope() {
    let gateway = Gateway::start().await;
    let action = format!("\"{NAMESPACE}/{CANCEL}\"");
    let request = request(V12, "text/xml; charset=utf-8", Some(&action), CANCEL);
    assert_eq!(ask(&gateway, &request).await, result(V12, CANCEL, -1062));
    gateway.stop().await;
}

#[tokio::test]
async fn an_action_and_another_element() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    for (operation, code) in [("UploadFileChunk", -1062), ("StartFileUpload", -1003)] {
        let action = format!("\"{NAMESPACE}/{operation}\"");
        let body = envelope(V11, "Other", &session_element(&session));
        let request = Request::post("", body).header("SOAPAction", &action);
        assert_eq!(ask(&gateway, &request).await, result(V11, operation, code));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_empty_body_and_one_with_two_elements_and_two_bodies() {
    let gateway = Gateway::start().await;
    let namespace = V11.envelope();
    let call = format!(
        "<{CANCEL} xmlns='{NAMESPACE}'>{}</{CANCEL}>",
        session_element(NO_SESSION)
    );
    for (content, code) in [
        ("<s:Body/>".to_owned(), 0),
        ("<s:Body></s:Body>".to_owned(), 0),
        ("<s:Body>\n text \n</s:Body>".to_owned(), 0),
        (format!("<s:Body>{call}<x/></s:Body>"), -1062),
        (format!("<s:Body><x/>{call}</s:Body>"), 0),
        (format!("<s:Body>{call}</s:Body><s:Body/>"), -1062),
        (format!("<s:Body/><s:Body>{call}</s:Body>"), 0),
        (format!("between <s:Body> text {call}</s:Body>"), -1062),
    ] {
        let body = format!("<s:Envelope xmlns:s='{namespace}'>{content}</s:Envelope>");
        let request = Request::post(&format!("{NAMESPACE}/{CANCEL}"), body);
        assert_eq!(
            ask(&gateway, &request).await,
            result(V11, CANCEL, code),
            "{content}"
        );
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_element_in_another_namespace_is_not_the_call() {
    let gateway = Gateway::start().await;
    for namespace in ["http://www.interfax.cc/", "http://www.InterFAX.cc", ""] {
        let body = envelope(V11, CANCEL, &session_element(NO_SESSION)).replace(
            &format!("xmlns=\"{NAMESPACE}\""),
            &format!("xmlns=\"{namespace}\""),
        );
        let request = Request::post(&format!("{NAMESPACE}/{CANCEL}"), body);
        assert_eq!(ask(&gateway, &request).await, result(V11, CANCEL, 0));
        let nowhere = request.without("SOAPAction");
        let text = "Unable to handle request without a valid action parameter. Please supply a valid soap action.";
        assert_eq!(ask(&gateway, &nowhere).await, fault(V11, "Client", text));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn no_action_and_an_unknown_element() {
    let gateway = Gateway::start().await;
    let text = "Unable to handle request without a valid action parameter. Please supply a valid soap action.";
    for (version, content_type, code) in [
        (V11, "text/xml", "Client"),
        (V12, "application/soap+xml", "Sender"),
    ] {
        let request = request(version, content_type, None, "Unheard");
        assert_eq!(ask(&gateway, &request).await, fault(version, code, text));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_unknown_action_and_an_unknown_element() {
    let gateway = Gateway::start().await;
    let content_type = "application/soap+xml; action=\"urn:a&b\"";
    let request = request(V12, content_type, None, "Unheard");
    let text = "Unable to handle request. The action 'urn:a&amp;b' was not recognized.";
    assert_eq!(ask(&gateway, &request).await, fault(V12, "Sender", text));
    gateway.stop().await;
}

#[tokio::test]
async fn operations_that_are_not_served() {
    let gateway = Gateway::start().await;
    for operation in ["GetListPP", "SendWordMailMerge", "SubmitWithCoverPage"] {
        let text = format!(
            "Server did not recognize the value of HTTP Header SOAPAction: {NAMESPACE}/{operation}."
        );
        let request = Request::soap_11(operation, "");
        assert_eq!(ask(&gateway, &request).await, fault(V11, "Client", &text));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn other_content_types() {
    let gateway = Gateway::start().await;
    let unsupported = empty("415 Unsupported Media Type");
    for content_type in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/related; type=\"text/xml\"",
        "",
    ] {
        let request = cancel().header("Content-Type", content_type);
        assert_eq!(ask(&gateway, &request).await, unsupported);
    }
    let request = cancel().without("Content-Type");
    assert_eq!(ask(&gateway, &request).await, unsupported);
    let request = cancel().header("Content-Type", "application/soap+xml");
    assert_eq!(ask(&gateway, &request).await, unsupported);
    gateway.stop().await;
}

#[tokio::test]
async fn other_verbs() {
    let gateway = Gateway::start().await;
    for verb in ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"] {
        let request = cancel().line(&format!("{verb} /dfs.asmx HTTP/1.1"));
        assert_eq!(
            ask(&gateway, &request).await,
            "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD, POST\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        );
    }
    gateway.stop().await;
}

#[tokio::test]
async fn the_path_in_any_case_and_any_query_string() {
    let gateway = Gateway::start().await;
    for target in [
        "/DFS.ASMX",
        "/dfs.asmx?wsdl",
        "/Dfs.Asmx?op=StartFileUpload&SessionID=1",
    ] {
        let request = cancel().line(&format!("POST {target} HTTP/1.1"));
        assert_eq!(ask(&gateway, &request).await, result(V11, CANCEL, -1062));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_failed_start_echoes_an_empty_session_and_leaves_out_none() {
    let gateway = Gateway::start().await;
    let code = "<StartFileUploadResult>-1003</StartFileUploadResult>";
    for (sent, answered) in [
        ("", ""),
        ("<SessionID></SessionID>", "<SessionID />"),
        (
            "<SessionID>&lt;x&gt;</SessionID>",
            "<SessionID>&lt;x&gt;</SessionID>",
        ),
    ] {
        let request = Request::soap_11("StartFileUpload", sent);
        let expected = reply(V11, "StartFileUpload", &format!("{code}{answered}"));
        assert_eq!(ask(&gateway, &request).await, expected);
    }
    gateway.stop().await;
}
