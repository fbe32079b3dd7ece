//! A fault names the same place in an envelope, whatever encoding it came in.

use crate::support::{
    gateway::Gateway,
    request::{Request, envelope},
    wire::Wire,
};
use chunkgate::soap::Version;

use super::support::{UPLOAD, behind, big_endian, gzip, latin_1, little_endian};

#[tokio::test]
async fn the_place_of_an_error_is_the_same_in_every_encoding() {
    let gateway = Gateway::start().await;
    let parameters = "\n<SessionID>\u{FC}\u{E9}</SessionID>\r\n\u{FC}\u{FC} <IsLast>maybe</IsLast>";
    let envelope = envelope(Version::V11, "UploadFileChunk", parameters);
    let mut wire = Wire::connect(gateway.address).await;
    let mut told = Vec::new();
    for (content_type, body) in [
        ("text/xml", envelope.clone().into_bytes()),
        ("text/xml", behind(b"\xFF\xFE", little_endian(&envelope))),
        ("text/xml", behind(b"\xFE\xFF", big_endian(&envelope))),
        ("text/xml; charset=iso-8859-1", latin_1(&envelope)),
        ("text/xml; charset=windows-1252", latin_1(&envelope)),
    ] {
        let plain = Request::post(UPLOAD, body.clone()).header("Content-Type", content_type);
        let compressed = Request::post(UPLOAD, gzip(&body))
            .header("Content-Type", content_type)
            .header("Content-Encoding", "gzip");
        for request in [plain, compressed] {
            let answer = wire.ask(&request).await;
            assert_eq!(answer.status, 500, "{content_type}");
            told.push(answer.text("faultstring").expect("a fault").to_owned());
        }
    }
    let place = "There is an error in XML document (3, 26).";
    for fault in told {
        assert!(fault.contains(place), "{fault}");
    }
    gateway.stop().await;
}
