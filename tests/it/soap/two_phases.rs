//! Nothing runs before the envelope is closed and well formed to its last byte.

use chunkgate::soap::Version;

use super::support::{chunk, envelope, post_11, serve};
use crate::xml::support::Source;

const ACTION: Option<&str> = Some("\"http://www.interfax.cc/UploadFileChunk\"");

#[test]
fn an_envelope_cut_at_any_byte_runs_nothing() {
    let whole = format!(
        "<?xml version='1.0' encoding='utf-8'?>{}",
        chunk(
            "<SessionID>1</SessionID><Chunk>QU&#74;D<![CDATA[QUJD]]>QQ==</Chunk><!-- c --><IsLast>true</IsLast>"
        )
    );
    for length in 0..whole.len() {
        for piece in [1, 7, usize::MAX] {
            let (outcome, ran) = serve(
                Some("text/xml"),
                ACTION,
                Source::new(&whole[..length], piece),
            );
            assert!(ran.is_empty(), "ran after {length} bytes");
            assert_eq!(
                outcome.response.expect("memory does not fail").status,
                400,
                "{length}"
            );
        }
    }
    assert_eq!(post_11("UploadFileChunk", &whole).status, 200);
}

#[test]
fn a_malformed_end_runs_nothing() {
    let good = chunk("<Chunk>QUJD</Chunk>");
    for bad in [
        format!("{good}x"),
        format!("{good}<x/>"),
        format!("{good}\0"),
        good.replace("</s:Envelope>", "<x></y></s:Envelope>"),
        good.replace("</s:Envelope>", "&x;</s:Envelope>"),
        good.replace("</s:Body>", "<p:x/></s:Body>"),
        good.replace("</UploadFileChunk>", "<x>\u{1}</x></UploadFileChunk>"),
    ] {
        let served = post_11("UploadFileChunk", &bad);
        assert_eq!((served.status, served.ran.len()), (400, 0), "{bad}");
    }
}

#[test]
fn what_follows_the_call_is_passed_over() {
    let good = chunk("<Chunk>QUJD</Chunk>");
    for padded in [
        format!("{good}\r\n<!-- bye -->"),
        good.replace("</s:Envelope>", "<x><y/></x></s:Envelope>"),
        good.replace("</s:Body>", "<UploadFileChunk/></s:Body>"),
        good.replace("</s:Envelope>", "<s:Body><Wait/></s:Body></s:Envelope>"),
    ] {
        assert_eq!(post_11("UploadFileChunk", &padded).ran.len(), 1, "{padded}");
    }
}

#[test]
fn an_empty_envelope_runs_nothing_by_element() {
    assert_eq!(
        super::support::post(Some("text/xml"), None, envelope(Version::V11, ""))
            .ran
            .len(),
        0
    );
}
