//! Data is read while it is sent, and an answer with other data than was announced breaks off.

use std::{future::poll_fn, io};

use base64_simd::STANDARD;
use bytes::Bytes;
use chunkgate::soap::{Body, Data};
use futures_util::stream;

use super::typed::{image, pieces, streamed};
use crate::xml::support::{PIECES, run};

fn body(data: Data) -> Body {
    let mut body = Body::from("<x>");
    body.push_base64(data);
    body.push("</x>");
    body
}

/// What is sent, and how it ends.
fn sent(mut body: Body) -> (Vec<u8>, io::Result<()>) {
    run(async {
        let mut sent = Vec::new();
        loop {
            match poll_fn(|context| body.poll_next(context)).await {
                Ok(Some(bytes)) => sent.extend_from_slice(&bytes),
                Ok(None) => return (sent, Ok(())),
                Err(error) => return (sent, Err(error)),
            }
        }
    })
}

#[test]
fn its_text_is_that_of_the_bytes_however_they_come() {
    for length in [0, 1, 2, 3, 4, 70_000] {
        let bytes = image(length);
        let text = format!("<x>{}</x>", STANDARD.encode_to_string(&bytes));
        for piece in PIECES {
            let body = body(streamed(length as u64, &bytes, piece));
            assert_eq!(body.length(), text.len() as u64);
            let (sent, end) = sent(body);
            end.expect("an end");
            assert!(
                sent == text.as_bytes(),
                "{length} bytes in pieces of {piece}"
            );
        }
    }
}

#[test]
fn blocks_of_a_stream_are_data() {
    let blocks = [
        Ok::<_, io::Error>(image(50_000)),
        Ok(Bytes::new()),
        Ok(image(7)),
    ];
    let text = STANDARD.encode_to_string([image(50_000), image(7)].concat());
    let (sent, end) = sent(body(Data::stream(50_007, stream::iter(blocks))));
    end.expect("an end");
    assert!(sent == format!("<x>{text}</x>").as_bytes());
}

#[test]
fn fewer_bytes_or_more_break_off_before_the_last_of_them() {
    for (announced, there) in [
        (5, 4),
        (1, 0),
        (100_000, 99_999),
        (4, 5),
        (24_576, 24_577),
        (3, 70_000),
    ] {
        for piece in PIECES {
            let body = body(streamed(announced, &image(there), piece));
            let length = body.length();
            let (sent, end) = sent(body);
            end.expect_err("an error");
            assert!((sent.len() as u64) < length - 4, "{announced} of {there}");
        }
    }
}

#[test]
fn a_source_that_fails_breaks_off() {
    let mut blocks = pieces(&image(30_000), 1000);
    blocks.push(Err(io::Error::other("gone")));
    let (sent, end) = sent(body(Data::stream(60_000, stream::iter(blocks))));
    assert_eq!(end.expect_err("an error").to_string(), "gone");
    assert!(!sent.ends_with(b"</x>"));
}

#[test]
fn pieces_are_small_however_much_there_is() {
    let length = 10 << 20;
    let mut body = body(streamed(length as u64, &image(length), usize::MAX));
    run(async {
        while let Some(bytes) = poll_fn(|context| body.poll_next(context))
            .await
            .expect("bytes")
        {
            assert!(bytes.len() <= 32 * 1024);
        }
    });
    assert_eq!(body.length(), 0);
}
