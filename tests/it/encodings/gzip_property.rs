//! Whatever was compressed comes out of [`Content`] as it was, however it was compressed and cut;
//! and whatever is not gzip ends in the same error.

use std::io::Write as _;

use chunkgate::http::{Content, ContentCoding};
use flate2::{Compression, write::GzEncoder};
use futures_util::FutureExt as _;
use proptest::{collection::vec, prelude::*, sample::Index};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _};

use crate::xml::support::Source;

fn content() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..300),
        // Longer than the window, with much and with little to find in it.
        (vec(any::<u8>(), 1..2000), 1_usize..100).prop_map(|(piece, times)| piece.repeat(times)),
        (vec(0_u8..4, 40_000..70_000)),
    ]
}

fn member(content: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

/// Decodes all of it, or says what is wrong.
fn decode(body: &[u8], piece: usize) -> Result<Vec<u8>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let mut content = Content::new(Source::new(body, piece), ContentCoding::Gzip, u64::MAX);
    let mut decoded = Vec::new();
    match runtime.block_on(content.read_to_end(&mut decoded)) {
        Ok(_) => Ok(decoded),
        Err(error) => Err(error.to_string()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_compressed_comes_out(
        contents in vec((content(), 0_u32..=9), 1..4),
        piece in prop_oneof![1_usize..40, Just(usize::MAX)],
    ) {
        let members = contents.iter().flat_map(|(content, level)| member(content, *level));
        let body: Vec<u8> = members.collect();
        let all = contents.into_iter().flat_map(|(content, _)| content);
        prop_assert_eq!(decode(&body, piece), Ok(all.collect()));
    }

    #[test]
    fn damage_is_found_and_is_the_same_however_the_body_is_cut(
        content in vec(any::<u8>(), 1..500),
        level in 0_u32..=9,
        at in any::<Index>(),
        by in 1_u8..=255,
        piece in 1_usize..40,
    ) {
        let mut body = member(&content, level);
        let at = at.index(body.len());
        body[at] ^= by;
        let outcome = decode(&body, piece);
        prop_assert_eq!(&outcome, &decode(&body, usize::MAX));
        // Some bits mean nothing: time, operating system, what fills a byte up.
        if let Ok(decoded) = outcome {
            prop_assert!(at < body.len() - 8, "the trailer is damaged");
            prop_assert_eq!(decoded, content);
        }
    }
}

/// The reader says now and then that it is not ready, though it is.
#[test]
fn other_requests_have_their_turn_while_a_body_is_decoded() {
    const MOST: usize = 128 * 1024;
    let body = member(&vec![b'A'; 8 << 20], 6);
    let source = Source::new(body, usize::MAX);
    let mut content = Content::new(source, ContentCoding::Gzip, u64::MAX);
    let (mut total, mut at_once) = (0, 0);
    loop {
        let polled = content.fill_buf().now_or_never();
        at_once = match polled {
            None => 0,
            Some(block) => {
                let length = block.expect("gzip").len();
                if length == 0 {
                    break;
                }
                content.consume(length);
                total += length;
                at_once + length
            }
        };
        assert!(at_once < MOST, "{at_once} bytes without a pause");
    }
    assert_eq!(total, 8 << 20);
}

#[test]
fn a_header_without_an_end_is_not_read_on_for_ever() {
    let mut body = vec![0x1F, 0x8B, 8, 8, 0, 0, 0, 0, 0, 0];
    body.extend(vec![b'n'; 1 << 20]);
    assert_eq!(
        decode(&body, 4096),
        Err("the gzip body has no content".to_owned())
    );
}

#[test]
fn empty_members_and_empty_blocks_are_not_read_on_for_ever() {
    let members = member(b"", 6).repeat(10_000);
    let mut blocks = member(b"x", 6)[..10].to_vec();
    // Stored blocks of no length, none of them the last.
    blocks.extend([0, 0, 0, 0xFF, 0xFF].repeat(50_000));
    for body in [members, blocks] {
        let outcome = decode(&body, 4096);
        assert_eq!(outcome, Err("the gzip body has no content".to_owned()));
    }
}

#[test]
fn a_header_s_own_checksum_is_looked_at() {
    let plain = member(b"content", 6);
    let header = [&plain[..3], &[2], &plain[4..10]].concat();
    let [first, second, ..] = crc32fast::hash(&header).to_le_bytes();
    let with = |checksum: [u8; 2]| [&header[..], &checksum, &plain[10..]].concat();
    assert_eq!(decode(&with([first, second]), 1), Ok(b"content".to_vec()));
    assert!(decode(&with([first ^ 1, second]), 1).is_err());
}
