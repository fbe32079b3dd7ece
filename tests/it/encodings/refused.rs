//! Character sets that are not read: 415 by the content type, 400 by the document.

use crate::{
    edge::support::{closes, received},
    support::{gateway::Gateway, request::Request, wire::Wire},
};

use super::support::{UPLOAD, assert_empty, chunk_envelope};

#[tokio::test]
async fn charsets_that_are_not_read_are_refused() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let envelope = chunk_envelope(&session, b"chunk");
    let mut wire = Wire::connect(gateway.address).await;
    for charset in [
        "utf-7",
        "UTF-32",
        "utf-32BE",
        "IBM037",
        "ebcdic-cp-us",
        "shift_jis",
        "windows-1251",
        "iso-8859-15",
    ] {
        let content_type = format!("text/xml; charset={charset}");
        let request = Request::post(UPLOAD, envelope.clone()).header("Content-Type", &content_type);
        let answer = wire.ask(&request).await;
        assert_empty(&answer, 415, charset);
        assert!(!closes(&answer), "{charset}: {answer:?}");

        let declared = envelope.replacen("utf-8", charset, 1);
        let request = Request::post(UPLOAD, declared).header("Content-Type", "text/xml");
        assert_empty(&wire.ask(&request).await, 400, charset);
    }
    let utf_32: Vec<u8> = ['\u{FEFF}']
        .into_iter()
        .chain(envelope.chars())
        .flat_map(|character| u32::from(character).to_le_bytes())
        .collect();
    let answer = wire.ask(&Request::post(UPLOAD, utf_32)).await;
    assert_empty(&answer, 400, "UTF-32 by its mark");
    assert_eq!(received(&gateway, &session).await, 0);
    gateway.stop().await;
}
