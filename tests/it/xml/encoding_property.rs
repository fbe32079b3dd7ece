//! A document in any encoding, cut anywhere, means what it means in UTF-8.

use bytes::BytesMut;
use chunkgate::xml::{Charset, Error, Reader, Utf8};
use encoding_rs::WINDOWS_1252;
use proptest::{collection::vec, prelude::*, sample::select};
use tokio::io::AsyncBufRead;

use super::{
    encoding::utf_16,
    support::{Source, run},
};

/// The encodings, each with characters that it has.
fn spellings() -> impl Strategy<Value = (Charset, String)> {
    let charsets = [
        (Charset::Utf8, "[a-z üé€😀\n]{0,40}"),
        (Charset::Utf16, "[a-z üé€😀\n]{0,40}"),
        (Charset::Utf16Le, "[a-z üé€😀\n]{0,40}"),
        (Charset::Utf16Be, "[a-z üé€😀\n]{0,40}"),
        (Charset::Latin1, "[a-z üé\u{80}-\u{FF}\n]{0,40}"),
        (Charset::Windows1252, "[a-z üé€œ™\n]{0,40}"),
        (Charset::Ascii, "[a-z~\n]{0,40}"),
    ];
    select(charsets.to_vec()).prop_flat_map(|(charset, text)| (Just(charset), text))
}

fn encoded(document: &str, charset: Charset) -> Vec<u8> {
    match charset {
        Charset::Utf8 | Charset::Ascii => document.as_bytes().to_vec(),
        Charset::Utf16 | Charset::Utf16Le => utf_16(document, u16::to_le_bytes),
        Charset::Utf16Be => utf_16(document, u16::to_be_bytes),
        Charset::Latin1 => {
            let bytes = document.chars().map(u8::try_from);
            bytes.collect::<Result<_, _>>().expect("Latin-1")
        }
        Charset::Windows1252 => WINDOWS_1252.encode(document).0.into_owned(),
    }
}

/// Text, data and the place behind them.
async fn read<R: AsyncBufRead + Unpin>(
    mut reader: Reader<R>,
) -> Result<(String, Vec<u8>, String), Error> {
    reader.child().await?;
    reader.child().await?;
    let text = reader.text().await?;
    reader.child().await?;
    let mut data = Vec::new();
    let mut block = BytesMut::new();
    loop {
        let more = reader.base64(&mut block, 96).await?;
        data.extend_from_slice(&block);
        block.clear();
        if !more {
            break;
        }
    }
    reader.finish().await?;
    Ok((text, data, reader.position().to_string()))
}

proptest! {
    #[test]
    fn a_document_means_the_same_in_every_encoding(
        (charset, text) in spellings(),
        data in vec(any::<u8>(), 0..200),
        declared in any::<bool>(),
        piece in 1_usize..50,
    ) {
        let data = base64_simd::STANDARD.encode_to_string(data);
        let declaration = if declared { "<?xml version='1.0' encoding='x'?>" } else { "" };
        let document = format!("{declaration}<a>\n<b>{text}</b><c>{data}</c></a>");
        let bytes = encoded(&document, charset);
        let plain = run(read(Reader::new(Source::new(document, usize::MAX))));
        let source = Source::new(bytes, piece);
        let decoded = run(read(Reader::new(Utf8::new(source, Some(charset)))));
        prop_assert_eq!(decoded.expect("text"), plain.expect("text"));
    }

    #[test]
    fn arbitrary_bytes_end_alike_however_they_are_cut(
        bytes in vec(select(b"<>/a?xml='\0\xFF\xFE\xC3\xBC\xD8\x3C ".to_vec()), 0..60),
        (charset, _) in spellings(),
        given in any::<bool>(),
        piece in 1_usize..8,
    ) {
        let charset = given.then_some(charset);
        let outcome = |piece| {
            let source = Source::new(bytes.clone(), piece);
            run(Reader::new(Utf8::new(source, charset)).finish()).is_ok()
        };
        prop_assert_eq!(outcome(piece), outcome(usize::MAX));
    }
}
