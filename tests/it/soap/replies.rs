//! The exact bytes of replies.

use chunkgate::soap::Version;

use super::support::{ENVELOPE_11, ENVELOPE_12, envelope, post, post_11};

fn start(session: &str) -> String {
    envelope(
        Version::V11,
        &format!("<StartFileUpload>{session}</StartFileUpload>"),
    )
}

#[test]
fn soap_11() {
    let served = post_11(
        "StartFileUpload",
        start("<SessionID>&lt;A&gt; &amp;</SessionID>"),
    );
    assert_eq!(
        served.body,
        format!(
            "{ENVELOPE_11}<soap:Body><StartFileUploadResponse xmlns=\"http://www.interfax.cc\"><StartFileUploadResult>-1003</StartFileUploadResult><SessionID>&lt;A&gt; &amp;</SessionID></StartFileUploadResponse></soap:Body></soap:Envelope>"
        ),
    );
    assert_eq!(served.status, 200);
    assert_eq!(served.content_type, Some("text/xml; charset=utf-8"));
    assert_eq!(served.cache_control, Some("private, max-age=0"));
}

#[test]
fn soap_12() {
    let body = envelope(
        Version::V12,
        "<UploadFileChunk><Chunk>QUJD</Chunk></UploadFileChunk>",
    );
    let served = post(Some("application/soap+xml"), None, body);
    assert_eq!(
        served.body,
        format!(
            "{ENVELOPE_12}<soap:Body><UploadFileChunkResponse xmlns=\"http://www.interfax.cc\"><UploadFileChunkResult>3</UploadFileChunkResult></UploadFileChunkResponse></soap:Body></soap:Envelope>"
        ),
    );
    assert_eq!(
        served.content_type,
        Some("application/soap+xml; charset=utf-8")
    );
}

#[test]
fn a_null_string_is_left_out_and_an_empty_one_is_not() {
    let null = post_11("StartFileUpload", start("")).body;
    assert!(null.contains(
        "<StartFileUploadResult>-1003</StartFileUploadResult></StartFileUploadResponse>"
    ));
    for empty in ["<SessionID/>", "<SessionID></SessionID>"] {
        let body = post_11("StartFileUpload", start(empty)).body;
        assert!(body.contains("</StartFileUploadResult><SessionID /></StartFileUploadResponse>"));
    }
}

#[test]
fn a_boolean_is_a_word() {
    let served = post_11("Wait", envelope(Version::V11, "<Wait/>"));
    assert!(served.body.contains("<WaitResult>true</WaitResult>"));
}
