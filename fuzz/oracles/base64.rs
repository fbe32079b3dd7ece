//! Base64 in an element: pieces and blocks do not matter, and a plain decoder sees the same.

use bytes::BytesMut;
use chunkgate::xml::{Error, Reader};

use super::support::{PIECES, Source, run};

/// Checks an input: what stands in the element.
pub fn check(input: &[u8]) {
    let document = [b"<a>", input, b"</a>"].concat();
    let decoded = PIECES
        .into_iter()
        .flat_map(|piece| [3, 5, 4000].map(|limit| decode(&document, piece, limit).ok()))
        .reduce(|before, after| {
            assert_eq!(before, after, "pieces or blocks matter");
            after
        })
        .expect("there are pieces");
    if !input.iter().any(|byte| matches!(byte, b'<' | b'&')) {
        assert_eq!(decoded, plain(input), "a plain decoder sees something else");
    }
}

fn decode(document: &[u8], piece: usize, limit: usize) -> Result<Vec<u8>, Error> {
    let mut reader = Reader::new(Source::new(document, piece));
    run(async {
        reader.child().await?;
        let (mut block, mut bytes) = (BytesMut::new(), Vec::new());
        while reader.base64(&mut block, limit).await? {
            bytes.extend_from_slice(&block.split());
        }
        bytes.extend_from_slice(&block);
        reader.finish().await?;
        Ok(bytes)
    })
}

/// Character by character: white space anywhere, padding only at the end and never needed.
fn plain(input: &[u8]) -> Option<Vec<u8>> {
    let (mut bits, mut held, mut bytes, mut ended) = (0_u32, 0, Vec::new(), false);
    for &byte in input {
        let value = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            b'=' => {
                ended = true;
                continue;
            }
            _ if ended => return None,
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xFF).expect("eight bits"));
            bits &= 0xFF;
        }
    }
    // Six bits that are left are no byte: something is missing.
    (held != 6).then_some(bytes)
}
