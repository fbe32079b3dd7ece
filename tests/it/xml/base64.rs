//! What counts as base64 in an element, as the original service read it.

use bytes::BytesMut;
use chunkgate::xml::{Error, Malformed};

use super::support::in_pieces;

/// Decodes with blocks of every kind; returns the bytes.
pub fn decode(content: &str) -> Result<Vec<u8>, Error> {
    // Blocks much smaller than the data would only repeat the same steps.
    let limits: &[usize] = if content.len() > 2000 {
        &[4000]
    } else {
        &[3, 4, 5, 100, 4000]
    };
    limits
        .iter()
        .map(|&limit| {
            in_pieces(format!("<a><b>{content}</b><c/></a>"), async |reader| {
                reader.child().await?;
                reader.child().await?;
                let (mut block, mut decoded) = (BytesMut::new(), Vec::new());
                while reader.base64(&mut block, limit).await? {
                    assert!((limit - 2..=limit).contains(&block.len()));
                    decoded.extend_from_slice(&block.split());
                }
                assert!(block.len() <= limit);
                decoded.extend_from_slice(&block);
                assert_eq!(reader.child().await?.expect("the next element").local, "c");
                reader.finish().await?;
                Ok(decoded)
            })
        })
        .reduce(|before, after| {
            assert_eq!(
                format!("{before:?}"),
                format!("{after:?}"),
                "the block's size matters"
            );
            after
        })
        .expect("there are limits")
}

fn assert_decodes(content: &str, expected: &[u8]) {
    assert_eq!(decode(content).expect(content), expected, "{content}");
}

fn assert_refused(content: &str) {
    let outcome = decode(content);
    assert!(
        matches!(outcome, Err(Error::Malformed(Malformed::Base64))),
        "{content}: {outcome:?}"
    );
}

#[test]
fn plain() {
    assert_decodes("", b"");
    assert_decodes("QUJD", b"ABC");
    assert_decodes("QUI=", b"AB");
    assert_decodes("QQ==", b"A");
    assert_decodes("+/+/", &[0xFB, 0xFF, 0xBF]);
    assert_decodes(&"QUJD".repeat(5000), &b"ABC".repeat(5000));
}

#[test]
fn white_space_is_ignored_anywhere() {
    assert_decodes("\r\n\t Q U\nJ\r\nD\t", b"ABC");
    assert_decodes("Q Q = = \n", b"A");
    assert_decodes(&"  QUJDREVG\r\n".repeat(2000), &b"ABCDEF".repeat(2000));
    assert_decodes(
        &format!("{} {}", "QUJD".repeat(1000), "QUJD".repeat(1000)),
        &b"ABC".repeat(2000),
    );
}

#[test]
fn lines_of_any_length() {
    let data: Vec<u8> = (0..14_000_u32)
        .map(|number| ((number * 31) >> 3).to_le_bytes()[0])
        .collect();
    let encoded = base64_simd::STANDARD.encode_to_string(&data);
    for width in [
        1, 3, 60, 61, 64, 76, 77, 511, 512, 513, 5000, 16_384, 16_385,
    ] {
        for line_end in ["\n", "\r\n", "&#xD;\n"] {
            // Tiny pieces of single characters add nothing here but time.
            if width < 60 && line_end == "&#xD;\n" {
                continue;
            }
            let lines: Vec<&str> = encoded
                .as_bytes()
                .chunks(width)
                .map(|line| std::str::from_utf8(line).expect("ASCII"))
                .collect();
            let decoded = decode(&(lines.join(line_end) + line_end)).expect("base64");
            assert!(decoded == data, "lines of {width} ended by {line_end:?}");
        }
    }
}

#[test]
fn references_comments_and_sections_may_stand_anywhere() {
    assert_decodes("QU&#xD;&#10;JD", b"ABC");
    assert_decodes("&#81;&#x55;JD", b"ABC");
    assert_decodes("QQ&#61;=", b"A");
    assert_decodes("Q<!-- QUJD -->U<?p?>JD", b"ABC");
    assert_decodes("<![CDATA[QUJD]]>", b"ABC");
    assert_decodes("Q<![CDATA[U]]>J<![CDATA[]]>D<![CDATA[\nQQ==]]>", b"ABCA");
}

#[test]
fn padding_may_be_missing() {
    assert_decodes("QUI", b"AB");
    assert_decodes("QQ", b"A");
    assert_decodes("QQ=", b"A");
    assert_decodes("QQ\n", b"A");
}

#[test]
fn padding_may_be_too_long() {
    assert_decodes("QUJD====", b"ABC");
    assert_decodes("QQ== = =\n=", b"A");
    assert_decodes(&format!("QQ{}", "=".repeat(9000)), b"A");
}

#[test]
fn unused_bits_are_not_looked_at() {
    assert_decodes("QR==", b"A");
}

#[test]
fn nothing_but_padding_follows_padding() {
    assert_refused("QQ==QUJD");
    assert_refused("QQ=\nQ");
    assert_refused("=QUJD");
    assert_refused(&format!("QQ=={}QUJD", "\n".repeat(9000)));
    assert_refused("QQ=<![CDATA[Q]]>");
    assert_refused("QQ==&#81;");
}

#[test]
fn other_characters_are_refused() {
    for content in [
        "QU*D",
        "QUJ-",
        "QU_D",
        "QUJD,QUJD",
        "QUJD\u{A0}",
        "Ünicode",
        "QUJD&lt;",
        "&#228;QUJ",
        "QUJ\u{C}D",
    ] {
        assert_refused(content);
    }
    assert_refused(&format!("{}*{}", "QUJD".repeat(5000), "QUJD".repeat(5000)));
    assert_refused("<![CDATA[QUJD]QUJD]]>");
    assert_refused("<![CDATA[<b>]]>");
}

#[test]
fn six_bits_are_no_byte() {
    assert_refused("Q");
    assert_refused("QUJDQ");
    assert_refused("QUJDQ===");
}

#[test]
fn an_element_in_data_is_refused() {
    for content in ["QUJD<x/>", "<x>QUJD</x>"] {
        assert!(matches!(
            decode(content),
            Err(Error::Malformed(Malformed::ElementInText))
        ));
    }
}

#[test]
fn an_empty_element_has_no_bytes() {
    let length = in_pieces("<a><b/>QUJD</a>", async |reader| {
        reader.child().await?;
        reader.child().await?;
        let mut block = BytesMut::new();
        assert!(!reader.base64(&mut block, 64).await?);
        assert!(reader.child().await?.is_none());
        Ok(block.len())
    });
    assert_eq!(length.unwrap(), 0);
}
