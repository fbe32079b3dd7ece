//! How parameters are read.

use super::support::{Call, chunk, envelope, post_11};
use chunkgate::soap::Version;

fn read_chunk(parameters: &str) -> Call {
    post_11("UploadFileChunk", chunk(parameters)).call()
}

fn call(session: Option<&str>, bytes: Option<&[u8]>, is_last: bool) -> Call {
    Call::Chunk {
        session: session.map(str::to_owned),
        chunk: bytes.map(<[u8]>::to_vec),
        is_last,
    }
}

#[test]
fn in_any_order() {
    let expected = call(Some("S"), Some(b"ABC"), true);
    assert_eq!(
        read_chunk("<SessionID>S</SessionID><Chunk>QUJD</Chunk><IsLast>1</IsLast>"),
        expected
    );
    assert_eq!(
        read_chunk("<IsLast>1</IsLast><Chunk>QUJD</Chunk><SessionID>S</SessionID>"),
        expected
    );
}

#[test]
fn missing_ones_have_their_defaults() {
    assert_eq!(read_chunk(""), call(None, None, false));
    assert_eq!(read_chunk("<Chunk/>"), call(None, Some(b""), false));
}

#[test]
fn the_first_of_a_repeated_element_wins() {
    let repeated = "<SessionID>1</SessionID><Chunk>QUJD</Chunk><SessionID>2</SessionID><Chunk>*</Chunk><IsLast>0</IsLast><IsLast>?</IsLast>";
    assert_eq!(read_chunk(repeated), call(Some("1"), Some(b"ABC"), false));
}

#[test]
fn unknown_elements_and_all_attributes_are_passed_over() {
    let noise = "<Username>u</Username><x><SessionID>no</SessionID></x><SessionID a='b'>1</SessionID>text<y/>";
    assert_eq!(read_chunk(noise), call(Some("1"), None, false));
}

#[test]
fn names_are_compared_by_case() {
    assert_eq!(
        read_chunk("<SessionId>1</SessionId><chunk>QUJD</chunk>"),
        call(None, None, false)
    );
}

#[test]
fn elements_in_another_namespace_are_no_parameters() {
    let foreign = "<SessionID xmlns=''>1</SessionID><o:Chunk xmlns:o='urn:o'>QUJD</o:Chunk>";
    assert_eq!(read_chunk(foreign), call(None, None, false));
}

#[test]
fn nil_is_not_looked_at() {
    let nil = "<SessionID xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:nil='true'/>";
    assert_eq!(read_chunk(nil), call(Some(""), None, false));
}

#[test]
fn strings_are_not_trimmed() {
    assert_eq!(
        read_chunk("<SessionID> a\r\nb&#32;</SessionID>"),
        call(Some(" a\nb "), None, false)
    );
}

#[test]
fn booleans() {
    for (text, value) in [
        ("true", true),
        ("1", true),
        ("false", false),
        ("0", false),
        (" \n1\t", true),
    ] {
        assert_eq!(
            read_chunk(&format!("<IsLast>{text}</IsLast>")),
            call(None, None, value),
            "{text}"
        );
    }
}

#[test]
fn what_is_no_boolean() {
    for (text, shown) in [
        ("TRUE", "TRUE"),
        ("", ""),
        (" yes ", "yes"),
        ("2", "2"),
        ("&lt;", "&lt;"),
    ] {
        let served = post_11(
            "UploadFileChunk",
            chunk(&format!("\n<IsLast>{text}</IsLast>")),
        );
        let column = "<IsLast></IsLast>".len() + text.len() + 1;
        assert_eq!(
            served.fault(),
            format!(
                "Server was unable to read request. ---&gt; There is an error in XML document (2, {column}). ---&gt; The string '{shown}' is not a valid Boolean value."
            ),
        );
        assert!(served.body.contains("<faultcode>soap:Client</faultcode>"));
    }
}

fn wait(seconds: &str) -> super::support::Served {
    post_11(
        "Wait",
        envelope(
            Version::V11,
            &format!("<Wait><Seconds>{seconds}</Seconds></Wait>"),
        ),
    )
}

#[test]
fn integers() {
    for (text, value) in [
        ("5", 5),
        (" -5\n", -5),
        ("+007", 7),
        ("2147483647", i32::MAX),
        ("-2147483648", i32::MIN),
    ] {
        assert_eq!(wait(text).call(), Call::Wait { seconds: value });
    }
}

#[test]
fn what_is_no_integer() {
    for text in ["", "x", "1.0", "1 2", "+", "0x10", "1e3"] {
        assert!(
            wait(text)
                .fault()
                .ends_with(" ---&gt; Input string was not in a correct format."),
            "{text}"
        );
    }
    for text in ["2147483648", "-2147483649"] {
        assert!(
            wait(text)
                .fault()
                .ends_with(" ---&gt; Value was either too large or too small for an Int32.")
        );
    }
}

#[test]
fn a_chunk_that_is_not_base64_is_malformed() {
    for text in ["*", "QQ==QQ==", "Q", "<b/>"] {
        let served = post_11("UploadFileChunk", chunk(&format!("<Chunk>{text}</Chunk>")));
        assert_eq!(
            (served.status, served.body.as_str(), served.ran.len()),
            (400, "", 0),
            "{text}"
        );
    }
}

fn refuse(parameters: &str) -> (u16, usize) {
    let served = post_11(
        "Refuse",
        envelope(Version::V11, &format!("<Refuse>{parameters}</Refuse>")),
    );
    (served.status, served.ran.len())
}

#[test]
fn data_that_nobody_takes_is_still_checked() {
    assert_eq!(
        refuse("<Chunk>QUJDQUJD<![CDATA[QUJD]]></Chunk><x/>"),
        (500, 1)
    );
    assert_eq!(
        refuse("<Chunk>QUJDQUJD<![CDATA[QU*D]]></Chunk><x/>"),
        (400, 0)
    );
    assert_eq!(refuse("<Chunk>QUJDQUJD</Chunk><x>"), (400, 0));
}

#[test]
fn a_service_may_refuse_before_the_end_of_the_request() {
    assert_eq!(refuse("<Busy/><Chunk>QUJD"), (503, 0));
}
