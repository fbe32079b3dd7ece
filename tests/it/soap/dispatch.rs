//! Which operation runs, and who is turned away.

use chunkgate::soap::Version;

use super::support::{Call, NAMESPACE, envelope, post, post_11, serve};
use crate::xml::support::Source;

const EMPTY_START: Call = Call::Start {
    username: None,
    password: None,
    session: None,
};
const EMPTY_CHUNK: Call = Call::Chunk {
    session: None,
    chunk: None,
    is_last: false,
};

fn start(version: Version) -> String {
    envelope(version, "<StartFileUpload/>")
}

#[test]
fn soap_action_names_the_operation() {
    for action in [
        "\"http://www.interfax.cc/StartFileUpload\"",
        "http://www.interfax.cc/StartFileUpload",
        " \"http://www.interfax.cc/StartFileUpload\" ",
        "\"http%3A%2F%2Fwww.interfax.cc%2fStartFileUpload\"",
    ] {
        let served = post(Some("text/xml"), Some(action), start(Version::V11));
        assert_eq!(served.operation, Some("StartFileUpload"));
        assert_eq!(served.call(), EMPTY_START, "{action}");
    }
}

#[test]
fn soap_action_wins_over_the_element() {
    let body = envelope(
        Version::V11,
        "<StartFileUpload><SessionID>1</SessionID></StartFileUpload>",
    );
    assert_eq!(post_11("UploadFileChunk", body).call(), EMPTY_CHUNK);
}

#[test]
fn an_empty_body_element_has_no_parameters() {
    assert_eq!(
        post_11("UploadFileChunk", envelope(Version::V11, "")).call(),
        EMPTY_CHUNK
    );
    let body =
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body/></s:Envelope>";
    assert_eq!(post_11("UploadFileChunk", body).call(), EMPTY_CHUNK);
}

#[test]
fn without_soap_action_the_content_type_tells() {
    for content_type in [
        "application/soap+xml; charset=utf-8; action=\"http://www.interfax.cc/UploadFileChunk\"",
        "Application/SOAP+XML;Action=http://www.interfax.cc/UploadFileChunk",
        "application/soap+xml ; action = \"http:\\/\\/www.interfax.cc/UploadFileChunk\" ; charset=\"utf-8\"",
    ] {
        let served = post(Some(content_type), None, start(Version::V12));
        assert_eq!(served.call(), EMPTY_CHUNK, "{content_type}");
    }
}

#[test]
fn soap_action_means_nothing_in_soap_12() {
    let served = post(
        Some("application/soap+xml"),
        Some("\"nonsense\""),
        start(Version::V12),
    );
    assert_eq!(served.call(), EMPTY_START);
}

#[test]
fn without_any_action_the_element_tells() {
    assert_eq!(
        post(Some("text/xml"), None, start(Version::V11)).call(),
        EMPTY_START
    );
    assert_eq!(
        post(Some("application/soap+xml"), None, start(Version::V12)).call(),
        EMPTY_START
    );
    let unknown = "application/soap+xml; action=\"urn:other\"";
    assert_eq!(
        post(Some(unknown), None, start(Version::V12)).call(),
        EMPTY_START
    );
}

#[test]
fn the_version_is_that_of_the_envelope() {
    let served = post(
        Some("text/xml"),
        Some("http://www.interfax.cc/StartFileUpload"),
        start(Version::V12),
    );
    assert_eq!(served.version, Some(Version::V12));
    assert_eq!(
        served.content_type,
        Some("application/soap+xml; charset=utf-8")
    );
}

#[test]
fn unknown_soap_actions() {
    for (action, value) in [
        ("\"\"", ""),
        ("", ""),
        ("\"urn:x\"", "urn:x"),
        (
            "\"http://www.interfax.cc/startfileupload\"",
            "http://www.interfax.cc/startfileupload",
        ),
        (
            "\"http://www.interfax.cc//StartFileUpload\"",
            "http://www.interfax.cc//StartFileUpload",
        ),
        (
            "\"\"http://www.interfax.cc/StartFileUpload\"\"",
            "&quot;http://www.interfax.cc/StartFileUpload&quot;",
        ),
        ("a%00b%zz+c<", "a\u{FFFD}b%zz c&lt;"),
    ] {
        let served = post(Some("text/xml"), Some(action), start(Version::V11));
        let text =
            format!("Server did not recognize the value of HTTP Header SOAPAction: {value}.");
        assert_eq!(served.fault(), text);
        assert!(served.body.contains("<faultcode>soap:Client</faultcode>"));
    }
}

#[test]
fn no_action_and_an_unknown_element() {
    let text = "Unable to handle request without a valid action parameter. Please supply a valid soap action.";
    for body in [
        "<Other/>",
        "",
        "<StartFileUpload xmlns=\"http://www.interfax.cc/\"/>",
        "<StartFileUpload xmlns=\"\"/>",
    ] {
        let served = post(Some("text/xml"), None, envelope(Version::V11, body));
        assert_eq!(served.fault(), text);
        assert!(served.body.contains("<faultcode>soap:Client</faultcode>"));
        let served = post(
            Some("application/soap+xml"),
            None,
            envelope(Version::V12, body),
        );
        assert_eq!(served.fault(), text);
        assert!(served.body.contains("<soap:Value>soap:Sender</soap:Value>"));
    }
}

#[test]
fn an_unknown_action_and_an_unknown_element() {
    let content_type = "application/soap+xml; action=\"urn:x\"";
    let served = post(Some(content_type), None, envelope(Version::V12, "<Other/>"));
    assert_eq!(
        served.fault(),
        "Unable to handle request. The action 'urn:x' was not recognized."
    );
    assert!(served.body.contains("<soap:Value>soap:Sender</soap:Value>"));
}

#[test]
fn other_content_types_are_not_supported() {
    let rejected = |content_type, version| {
        let served = post(content_type, None, start(version));
        assert_eq!(
            (served.status, served.body.as_str(), served.content_type),
            (415, "", None)
        );
        assert!(served.ran.is_empty());
    };
    for content_type in [
        "text/plain",
        "application/xml",
        "",
        "text/xml2",
        "multipart/related; type=\"text/xml\"",
    ] {
        rejected(Some(content_type), Version::V11);
    }
    rejected(None, Version::V11);
    rejected(Some("application/soap+xml"), Version::V11);
}

#[test]
fn an_unknown_envelope_gets_an_upgrade_notice_in_soap_11() {
    for content_type in ["text/xml", "application/soap+xml"] {
        let body = format!(
            "<e:Envelope xmlns:e='urn:e'><e:Body><StartFileUpload xmlns='{NAMESPACE}'/></e:Body></e:Envelope>"
        );
        let served = post(Some(content_type), None, body);
        assert_eq!(
            served.fault(),
            "Possible SOAP version mismatch: Envelope namespace urn:e was unexpected. Expecting http://schemas.xmlsoap.org/soap/envelope/."
        );
        assert_eq!(served.content_type, Some("text/xml; charset=utf-8"));
    }
}

#[test]
fn no_envelope_or_no_body() {
    let missing = "Server was unable to read request. ---&gt; Request format is invalid: Missing required soap:";
    let served = post_11("StartFileUpload", "<x/>");
    assert_eq!(served.fault(), format!("{missing}Envelope element."));
    for content in ["", "<s:Header/>", "<Body/>"] {
        let body = format!(
            "<s:Envelope xmlns:s='{}'>{content}</s:Envelope>",
            Version::V11.envelope()
        );
        let served = post_11("StartFileUpload", body);
        assert_eq!(served.fault(), format!("{missing}Body element."));
    }
}

#[test]
fn malformed_requests_are_400_and_empty() {
    for body in [
        "",
        "no xml",
        "<!DOCTYPE x><x/>",
        "<s:Envelope/>",
        " <?xml version='1.0'?><x/>",
    ] {
        let served = post_11("StartFileUpload", body);
        assert_eq!(
            (served.status, served.body.as_str(), served.content_type),
            (400, "", None),
            "{body}"
        );
    }
}

#[test]
fn the_log_says_what_is_not_supported() {
    let envelope = envelope(Version::V11, "<StartFileUpload/>");
    for (content_type, why) in [
        (
            "text/plain",
            "not supported: a content type that is neither text/xml nor application/soap+xml",
        ),
        (
            "text/xml; charset=utf-7",
            "not supported: the charset of the content type",
        ),
        (
            "application/soap+xml",
            "not supported: a SOAP 1.1 envelope as application/soap+xml",
        ),
    ] {
        let source = Source::new(envelope.as_bytes(), usize::MAX);
        let (outcome, ran) = serve(Some(content_type), None, source);
        assert_eq!(outcome.refusal.as_deref(), Some(why));
        assert_eq!(outcome.response.expect("an answer").status, 415);
        assert!(ran.is_empty());
    }
}
