//! The exact bytes of replies and faults.

use crate::soap::support::Served;

use super::support::{error, submit};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n";

fn assert_reply(served: &Served, element: &str) {
    assert_eq!(served.status, 200);
    assert_eq!(served.content_type, Some("text/xml; charset=utf-8"));
    assert_eq!(served.cache_control, Some("private, max-age=0"));
    assert_eq!(served.body, format!("{DECLARATION}{element}"));
}

#[test]
fn the_element_is_named_after_its_type() {
    let chunk = "SessionID=1&Chunk=QUJD&IsLast=true";
    assert_reply(
        &submit("UploadFileChunk", chunk),
        "<int xmlns=\"http://www.interfax.cc\">3</int>",
    );
    assert_reply(
        &submit("Wait", "Seconds=1"),
        "<boolean xmlns=\"http://www.interfax.cc\">true</boolean>",
    );
    assert_reply(
        &submit("Schedule", "At=2000-01-01&Number=5"),
        "<long xmlns=\"http://www.interfax.cc\">5</long>",
    );
    for (text, element) in [
        (
            "a<b",
            "<string xmlns=\"http://www.interfax.cc\">a&lt;b</string>",
        ),
        ("", "<string xmlns=\"http://www.interfax.cc\" />"),
    ] {
        assert_reply(&submit("Echo", &format!("Text={text}&Data=")), element);
    }
}

#[test]
fn a_fault_is_its_text() {
    let served = submit("Refuse", "Chunk=QUJD&Busy=true");
    assert_eq!((served.status, served.ran.len()), (500, 1));
    assert_eq!(served.content_type, Some("text/plain; charset=utf-8"));
    assert_eq!(served.body, "No.");
}

#[test]
fn an_operation_with_a_ref_parameter_has_no_form() {
    let served = submit("StartFileUpload", "Username=u&Password=p&SessionID=");
    let text = "StartFileUpload Web Service method name is not valid.";
    assert_eq!(error(&served), text);
}

const SCHEMA: &str = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"";

#[test]
fn an_array_has_its_items_on_lines_of_their_own() {
    let message = "  <Message>\r\n    <Code>-1003</Code>\r\n    <Text>wrong &lt;b&gt;</Text>\r\n  </Message>\r\n";
    let namespace = "xmlns=\"http://www.interfax.cc\"";
    for (kind, element) in [
        (
            "",
            format!("<ArrayOfMessage {SCHEMA} {namespace}>\r\n{message}</ArrayOfMessage>"),
        ),
        (
            "nil",
            format!(
                "<ArrayOfMessage {SCHEMA} {namespace}>\r\n{message}  <Message xsi:nil=\"true\" />\r\n</ArrayOfMessage>"
            ),
        ),
        ("empty", format!("<ArrayOfMessage {SCHEMA} {namespace} />")),
        (
            "null",
            format!("<ArrayOfMessage {SCHEMA} xsi:nil=\"true\" {namespace} />"),
        ),
    ] {
        assert_reply(&submit("Messages", &format!("Kind={kind}")), &element);
    }
}

#[test]
fn an_operation_with_a_word_or_a_structure_among_its_parameters_has_no_form() {
    for operation in ["Pick", "Query"] {
        let served = submit(operation, "Verb=Like");
        let text = format!("{operation} Web Service method name is not valid.");
        assert_eq!(error(&served), text);
    }
}
