//! Bytes that are no text in their encoding: 400, nothing is stored, and nothing is replaced.

use crate::{
    edge::support::{closes, received},
    support::{gateway::Gateway, request::Request, wire::Wire},
};

use super::support::{UPLOAD, assert_empty, behind, chunk_envelope, little_endian};

#[tokio::test]
async fn bytes_that_are_no_text_are_refused() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let envelope = chunk_envelope(&session, b"chunk");
    // Where no operation looks: behind the parameters, so that all of it is read before.
    let with = |bytes: &[u8]| {
        let (before, behind) = envelope.split_once("</soap:Body>").expect("a body");
        let behind = format!("</soap:Body>{behind}");
        [before.as_bytes(), bytes, behind.as_bytes()].concat()
    };
    let units = |units: &[u16]| {
        let (before, behind) = envelope.split_once("</soap:Body>").expect("a body");
        let units = units.iter().copied().flat_map(u16::to_le_bytes);
        let mut bytes = behind_mark(before);
        bytes.extend(units);
        bytes.extend(little_endian("</soap:Body>"));
        bytes.extend(little_endian(behind));
        bytes
    };
    let mut odd = behind_mark(&envelope);
    odd.push(b' ');
    let utf_8 = "text/xml; charset=utf-8";
    for (what, content_type, body) in [
        ("ISO-8859-1 as UTF-8", utf_8, with(b"\xFC")),
        ("overlong UTF-8", utf_8, with(b"\xC0\xA0")),
        ("a surrogate in UTF-8", utf_8, with(b"\xED\xA0\x80")),
        ("no charset at all", "text/xml", with(b"\xFC")),
        (
            "a byte beyond ASCII",
            "text/xml; charset=us-ascii",
            with(b"\xC3\xBC"),
        ),
        ("a high surrogate", "text/xml", units(&[0xD83D])),
        ("a low surrogate", "text/xml", units(&[0xDE00])),
        ("half a character", "text/xml", odd),
        ("bytes as UTF-16", "text/xml; charset=utf-16", with(b"")),
    ] {
        let mut wire = Wire::connect(gateway.address).await;
        let request = Request::post(UPLOAD, body).header("Content-Type", content_type);
        let answer = wire.ask(&request).await;
        assert_empty(&answer, 400, what);
        assert!(!closes(&answer), "{what}: {answer:?}");
        assert_eq!(received(&gateway, &session).await, 0, "{what}");
    }
    gateway.stop().await;
}

fn behind_mark(text: &str) -> Vec<u8> {
    behind(b"\xFF\xFE", little_endian(text))
}
