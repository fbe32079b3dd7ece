//! The largest chunk in the encoding that takes most room fits into the default `http.max_body`.

use base64_simd::STANDARD;

use crate::support::{
    gateway::Gateway,
    request::{Request, envelope, session_element},
    wire::Wire,
};
use chunkgate::soap::Version;

use super::support::{UPLOAD, behind, gzip, little_endian};

const LARGEST: usize = 3 << 20;

#[tokio::test]
async fn a_chunk_of_three_mebibytes_in_wrapped_utf_16_is_taken() {
    let gateway = Gateway::start().await;
    let session = gateway.client().start().await;
    let chunk: Vec<u8> = (0..=250).cycle().take(LARGEST).collect();
    let text = STANDARD.encode_to_string(&chunk);
    let mut wire = Wire::connect(gateway.address).await;
    for (count, line_end) in ["\r\n", "&#xD;&#xA;"].into_iter().enumerate() {
        let lines = text.as_bytes().chunks(76);
        let lines = lines.map(|line| str::from_utf8(line).expect("ASCII").to_owned() + line_end);
        let wrapped: String = lines.collect();
        let parameters = format!("{}<Chunk>{wrapped}</Chunk>", session_element(&session));
        let envelope = envelope(Version::V11, "UploadFileChunk", &parameters);
        let body = behind(b"\xFF\xFE", little_endian(&envelope));
        let request = if count == 0 {
            Request::post(UPLOAD, body)
        } else {
            Request::post(UPLOAD, gzip(&body)).header("Content-Encoding", "gzip")
        };
        let total = i64::try_from((count + 1) * LARGEST).expect("small");
        let answer = wire.ask(&request).await;
        assert_eq!(answer.result("UploadFileChunk"), total, "{line_end:?}");
    }
    let content = gateway.content(gateway.session(&session).await).await;
    assert!(content == [chunk.clone(), chunk].concat());
    gateway.stop().await;
}
