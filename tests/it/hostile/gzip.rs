//! Attacks that are small on the wire and large behind it.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use super::{
    attack::{Attack, Expected, MALFORMED, NOBODY, TOO_LONG, cancel, document, framed, upload},
    documents::FLOOD,
};

/// Bytes of a bomb, decoded.
const BOMB: usize = 100 << 20;

/// The attacks, each with the size it is decoded to as far as that is allowed: what is decoded has
/// to cost no more than as much that was sent plainly.
pub fn attacks() -> Vec<(Attack, usize)> {
    let filler = vec![b' '; BOMB];
    let data = document("", "", &upload("nobody", &"A".repeat(BOMB), ""));
    let data = gzip(data.as_bytes());
    let headers = format!(
        "Content-Encoding: gzip\r\nContent-Length: {}\r\n",
        data.len()
    );
    let in_data = Attack {
        name: "a bomb in data",
        request: framed("UploadFileChunk", &headers, &data),
        expected: TOO_LONG,
    };
    let text = document(
        "",
        "",
        &cancel(&("<SessionID>".to_owned() + &"x".repeat(BOMB))),
    );
    let nested = gzip(&gzip(&filler));
    let small = document("", "", &cancel(NOBODY));
    let whole = gzip(small.as_bytes());
    let flood = document("", "", &cancel(&"<a/>".repeat(FLOOD)));
    let mut damaged = whole.clone();
    let checksum = damaged.len() - 6;
    damaged[checksum] ^= 1;
    let limit = 10 << 20;
    vec![
        (in_data, limit),
        (coded("a bomb", "gzip", &gzip(&filler), MALFORMED), limit),
        (
            coded(
                "a bomb in a text",
                "gzip",
                &gzip(text.as_bytes()),
                MALFORMED,
            ),
            limit,
        ),
        (
            coded("a bomb in a bomb", "gzip", &nested, MALFORMED),
            nested.len(),
        ),
        (
            coded(
                "a bomb in a bomb, as it is",
                "gzip, gzip",
                &nested,
                Expected::Empty(415),
            ),
            nested.len(),
        ),
        (
            coded(
                "siblings, compressed",
                "gzip",
                &gzip(flood.as_bytes()),
                MALFORMED,
            ),
            flood.len(),
        ),
        (
            coded(
                "a member that is cut",
                "gzip",
                &whole[..whole.len() - 9],
                MALFORMED,
            ),
            small.len(),
        ),
        (
            coded("a wrong checksum", "gzip", &damaged, MALFORMED),
            small.len(),
        ),
        (
            coded("gzip that is none", "gzip", small.as_bytes(), MALFORMED),
            small.len(),
        ),
        (
            coded(
                "members without an end",
                "gzip",
                &gzip(b"").repeat(50_000),
                MALFORMED,
            ),
            1 << 20,
        ),
    ]
}

fn coded(name: &'static str, coding: &str, body: &[u8], expected: Expected) -> Attack {
    let headers = format!(
        "Content-Encoding: {coding}\r\nContent-Length: {}\r\n",
        body.len()
    );
    Attack {
        name,
        request: framed("CancelFileUpload", &headers, body),
        expected,
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}
