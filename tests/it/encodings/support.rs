//! Words that these tests are written in.

use std::io::Write as _;

use chunkgate::{engine::account::AccountSettings, soap::Version};
use flate2::{Compression, write::GzEncoder};

use crate::support::{
    gateway::{Gateway, PASSWORD},
    request::{Request, chunk_element, credentials, envelope, session_element},
    soap::Answer,
};

/// The action of a chunk.
pub const UPLOAD: &str = "http://www.interfax.cc/UploadFileChunk";

/// Text as UTF-16, the low byte first.
pub fn little_endian(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Text as UTF-16, the high byte first.
pub fn big_endian(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// Text of the first 256 characters, a byte each.
pub fn latin_1(text: &str) -> Vec<u8> {
    let bytes = text.chars().map(u8::try_from);
    bytes.collect::<Result<_, _>>().expect("Latin-1")
}

/// Bytes behind a mark.
pub fn behind(mark: &[u8], bytes: impl AsRef<[u8]>) -> Vec<u8> {
    [mark, bytes.as_ref()].concat()
}

/// Bytes as a gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// A gateway with an account whose name can only be read in the right encoding.
pub async fn gateway_with(user: &str) -> Gateway {
    let gateway = Gateway::start().await;
    gateway.add_account(user, AccountSettings::default()).await;
    gateway
}

/// An envelope with which `user` begins a session, behind this declaration.
pub fn start_envelope(declaration: &str, user: &str) -> String {
    let envelope = envelope(
        Version::V11,
        "StartFileUpload",
        &credentials(user, PASSWORD),
    );
    let (_, rest) = envelope.split_once("?>").expect("a declaration");
    format!("{declaration}{rest}")
}

/// The request that carries such an envelope in these bytes.
pub fn start_request(content_type: &str, body: Vec<u8>) -> Request {
    Request::post("http://www.interfax.cc/StartFileUpload", body)
        .header("Content-Type", content_type)
}

/// A chunk's envelope.
pub fn chunk_envelope(session: &str, chunk: &[u8]) -> String {
    let parameters = session_element(session) + &chunk_element(chunk);
    envelope(Version::V11, "UploadFileChunk", &parameters)
}

/// A request with this coded body.
pub fn coded(coding: &str, body: Vec<u8>) -> Request {
    Request::post(UPLOAD, body).header("Content-Encoding", coding)
}

/// Whether the answer is this status and nothing else.
#[track_caller]
pub fn assert_empty(answer: &Answer, status: u16, what: &str) {
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (status, ""),
        "{what}"
    );
}
