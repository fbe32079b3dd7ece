//! Character sets and gzip: the pieces do not matter, and other decoders see the same.

use std::io::{self, Read};

use chunkgate::{
    http::{Content, ContentCoding},
    xml::{Charset, Utf8},
};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt},
    runtime::{Builder, Runtime},
};

use super::support::{PIECES, Source};

/// The charsets that the first byte of an input chooses from, and who else can decode them.
const CHARSETS: [(&str, Option<&Encoding>); 6] = [
    ("utf-16le", Some(UTF_16LE)),
    ("utf-16be", Some(UTF_16BE)),
    ("windows-1252", Some(WINDOWS_1252)),
    ("iso-8859-1", None),
    ("us-ascii", None),
    ("utf-8", None),
];

/// The most that a gzip body may decode to.
const LIMIT: u64 = 1 << 20;

/// Checks an input as text: a byte that chooses the charset, and the bytes.
pub fn check_text(input: &[u8]) {
    let Some((&choice, bytes)) = input.split_first() else {
        return;
    };
    let (name, other) = CHARSETS[usize::from(choice) % CHARSETS.len()];
    let charset = Charset::named(name).expect("a known charset");
    let decoded = same_in_pieces(bytes, |source| Utf8::new(source, charset));
    // That of UTF-32, which is refused, is the one that encoding_rs does not know.
    let has_mark = Encoding::for_bom(bytes).is_some() || bytes.starts_with(b"\0\0\xFE\xFF");
    if let Some(other) = other.filter(|_| !has_mark) {
        let theirs = other.decode_without_bom_handling_and_without_replacement(bytes);
        assert_eq!(
            decoded.as_deref(),
            theirs.as_deref().map(str::as_bytes),
            "{name}"
        );
    }
    if name != "utf-8"
        && !has_mark
        && let Some(decoded) = decoded
    {
        assert!(std::str::from_utf8(&decoded).is_ok(), "{name} gives UTF-8");
    }
}

/// Checks an input as a gzip body.
pub fn check_gzip(input: &[u8]) {
    let decoded = same_in_pieces(input, |source| {
        Content::new(source, ContentCoding::Gzip, LIMIT)
    });
    if let Some(decoded) = decoded {
        let mut theirs = Vec::new();
        flate2::read::MultiGzDecoder::new(input)
            .read_to_end(&mut theirs)
            .expect("another decoder accepts what we do");
        assert_eq!(decoded, theirs);
        assert!(decoded.len() as u64 <= LIMIT);
    }
}

/// What `decoder` makes of `bytes`; none if it refuses them.
fn same_in_pieces<D: AsyncBufRead + Unpin>(
    bytes: &[u8],
    decoder: impl Fn(Source) -> D,
) -> Option<Vec<u8>> {
    PIECES
        .into_iter()
        .map(|piece| read(decoder(Source::new(bytes, piece))).ok())
        .reduce(|before, after| {
            assert_eq!(before, after, "pieces matter");
            after
        })
        .expect("there are pieces")
}

/// Everything a decoder gives. It may let others have their turn, so something has to run it.
fn read(mut decoder: impl AsyncBufRead + Unpin) -> io::Result<Vec<u8>> {
    thread_local! {
        static RUNTIME: Runtime = Builder::new_current_thread().build().expect("a runtime");
    }
    let all = async {
        let mut all = Vec::new();
        loop {
            let block = decoder.fill_buf().await?;
            let length = block.len();
            all.extend_from_slice(block);
            decoder.consume(length);
            if length == 0 {
                return Ok(all);
            }
        }
    };
    RUNTIME.with(|runtime| runtime.block_on(all))
}
