//! Documents in other encodings than UTF-8.

use chunkgate::xml::{Charset, Error, Malformed, Reader, Utf8};

use super::support::{PIECES, Source, run};

/// `<a>ü€</a>` or so much of it as the encoding has.
const UTF_8: &[u8] = b"<a>\xC3\xBC\xE2\x82\xAC</a>";

pub fn utf_16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "closures are written in place"
)]
/// Does `act` with a document in every kind of pieces, compares, and returns the outcome.
fn in_pieces<T: std::fmt::Debug>(
    document: &[u8],
    charset: Option<Charset>,
    act: impl AsyncFn(&mut Reader<Utf8<Source>>) -> Result<T, Error>,
) -> Result<T, Error> {
    PIECES
        .map(|piece| {
            let source = Source::new(document, piece);
            run(act(&mut Reader::new(Utf8::new(source, charset))))
        })
        .into_iter()
        .reduce(|before, after| {
            assert_eq!(format!("{before:?}"), format!("{after:?}"), "pieces matter");
            after
        })
        .expect("there are pieces")
}

/// The text of the root element.
fn text(document: &[u8], charset: Option<Charset>) -> Result<String, Error> {
    in_pieces(document, charset, async |reader| {
        reader.child().await?;
        let text = reader.text().await?;
        reader.finish().await?;
        Ok(text)
    })
}

fn assert_text(what: &str, document: &[u8], charset: Option<Charset>, expected: &str) {
    assert_eq!(text(document, charset).expect(what), expected, "{what}");
}

#[test]
fn a_byte_order_mark_decides() {
    let marked = |mark: &[u8], text: Vec<u8>| [mark, &text].concat();
    let little = marked(b"\xFF\xFE", utf_16("<a>ü€😀</a>", u16::to_le_bytes));
    let big = marked(b"\xFE\xFF", utf_16("<a>ü€😀</a>", u16::to_be_bytes));
    for charset in [None, Some(Charset::Latin1), Some(Charset::Utf16Le)] {
        let utf_8 = marked(b"\xEF\xBB\xBF", UTF_8.to_vec());
        assert_text("UTF-8", &utf_8, charset, "ü€");
        assert_text("little endian", &little, charset, "ü€😀");
        assert_text("big endian", &big, charset, "ü€😀");
    }
}

#[test]
fn without_a_mark_the_charset_decides_whatever_the_declaration_says() {
    let declared = |document: &[u8]| {
        let declaration = b"<?xml version='1.0' encoding='iso-8859-1'?>";
        [&declaration[..], document].concat()
    };
    for (charset, document, expected) in [
        (Charset::Utf8, UTF_8, "ü€"),
        (Charset::Latin1, b"<a>\xFC\x80\x9F</a>", "ü\u{80}\u{9F}"),
        (Charset::Windows1252, b"<a>\xFC\x80\x81</a>", "ü€\u{81}"),
        (Charset::Ascii, b"<a>~&#252;</a>", "~ü"),
    ] {
        let what = format!("{charset:?}");
        assert_text(&what, document, Some(charset), expected);
        assert_text(&what, &declared(document), Some(charset), expected);
    }
    let text = "<?xml version='1.0' encoding='utf-8'?><a>ü€😀</a>";
    let little = utf_16(text, u16::to_le_bytes);
    let big = utf_16(text, u16::to_be_bytes);
    assert_text("LE", &little, Some(Charset::Utf16Le), "ü€😀");
    assert_text("BE", &big, Some(Charset::Utf16Be), "ü€😀");
    assert_text("order told, LE", &little, Some(Charset::Utf16), "ü€😀");
    assert_text("order told, BE", &big, Some(Charset::Utf16), "ü€😀");
}

#[test]
fn without_both_utf_16_shows_and_else_the_declaration_decides() {
    for document in [
        "<?xml version='1.0' encoding='utf-16'?><a>ü€</a>",
        "<a>ü€</a>",
        "\n<a>ü€</a>",
        "<größe>ü€</größe>",
    ] {
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_text(document, &utf_16(document, unit), None, "ü€");
        }
    }
    for (name, byte, expected) in [
        ("iso-8859-1", b"\xFC\x80", "ü\u{80}"),
        ("ISO_8859-1", b"\xFC\x80", "ü\u{80}"),
        ("windows-1252", b"\xFC\x80", "ü€"),
        ("us-ascii", b"~~", "~~"),
        ("UTF-8", b"\xC3\xBC", "ü"),
        // No bytes could both be UTF-16 and show this.
        ("utf-16", b"\xC3\xBC", "ü"),
        // A name that is none does not count.
        ("unheard-of", b"\xC3\xBC", "ü"),
    ] {
        for declaration in [
            format!("<?xml version=\"1.0\" encoding=\"{name}\"?>"),
            format!("<?xml version = '1.0'\r\n\tencoding\n=\n'{name}' standalone='yes' ?>"),
        ] {
            let document = [declaration.as_bytes(), b"<a>", byte, b"</a>"].concat();
            assert_text(&declaration, &document, None, expected);
        }
    }
    assert_text("nothing decides", UTF_8, None, "ü€");
    assert_text("a processing instruction", b"<?x?><a/>", None, "");
}

#[test]
fn what_is_no_text_in_its_encoding_is_malformed() {
    let little = |units: &[u16]| -> Vec<u8> {
        let units = [&[0x3C, 0x61, 0x3E], units, &[0x3C, 0x2F, 0x61, 0x3E]].concat();
        units.into_iter().flat_map(u16::to_le_bytes).collect()
    };
    let mut odd = little(&[]);
    odd.push(0x20);
    let declared = |name: &str| format!("<?xml version='1.0' encoding='{name}'?><a/>").into_bytes();
    let cases = [
        ("high surrogate", little(&[0xD83D]), None),
        ("low surrogate", little(&[0xDE00]), None),
        ("surrogates turned", little(&[0xDE00, 0xD83D]), None),
        ("odd number of bytes", odd, None),
        ("ASCII", b"<a>\x80</a>".to_vec(), Some(Charset::Ascii)),
        ("UTF-32 LE", b"\xFF\xFE\0\0<\0\0\0".to_vec(), None),
        ("UTF-32 BE", b"\0\0\xFE\xFF\0\0\0<".to_vec(), None),
        ("UTF-7 declared", declared("utf-7"), None),
        ("UTF-32 declared", declared("UTF-32LE"), None),
        ("EBCDIC declared", declared("IBM037"), None),
        ("another one declared", declared("windows-1251"), None),
    ];
    for (what, document, charset) in cases {
        let error = text(&document, charset).expect_err(what);
        assert!(
            matches!(error, Error::Malformed(Malformed::Encoding)),
            "{what}: {error:?}"
        );
    }
    for (what, document, charset) in [
        ("UTF-8", &b"<a>\xFC</a>"[..], None),
        ("UTF-8", b"<a>\xC0\x80</a>", Some(Charset::Utf8)),
        (
            "UTF-32 without a mark",
            b"<\0\0\0a\0\0\0/\0\0\0>\0\0\0",
            None,
        ),
        ("EBCDIC", b"\x4C\x81\x61\x6E", None),
        ("UTF-7 by its mark", b"+/v8-<a/>", None),
        ("8 bits as UTF-16", b"<a></a>", Some(Charset::Utf16)),
        ("UTF-16 as 8 bits", b"<\0a\0/\0>\0", Some(Charset::Utf8)),
    ] {
        let error = text(document, charset).expect_err(what);
        assert!(matches!(error, Error::Malformed(_)), "{what}: {error:?}");
    }
}

#[test]
fn an_endless_declaration_is_not_collected() {
    let document = [b"<?xml version='1.0' ".to_vec(), vec![b' '; 2000]].concat();
    let error = text(&document, None).unwrap_err();
    assert!(matches!(error, Error::Malformed(Malformed::Declaration)));
}

#[test]
fn two_marks_are_one_too_many() {
    let document = utf_16("\u{FEFF}\u{FEFF}<a/>", u16::to_le_bytes);
    assert!(text(&document, None).is_err());
}

#[test]
fn names_of_charsets_are_known_in_any_form() {
    for (name, charset) in [
        ("UTF-8", Charset::Utf8),
        ("utf8", Charset::Utf8),
        ("'utf-8'", Charset::Utf8),
        (" \"Utf-16\" ", Charset::Utf16),
        ("utf-16LE", Charset::Utf16Le),
        ("utf-16be", Charset::Utf16Be),
        ("ISO-8859-1", Charset::Latin1),
        ("latin1", Charset::Latin1),
        ("iso8859-1", Charset::Latin1),
        ("Windows-1252", Charset::Windows1252),
        ("cp1252", Charset::Windows1252),
        ("US-ASCII", Charset::Ascii),
        ("ascii", Charset::Ascii),
    ] {
        assert_eq!(Charset::named(name), Ok(Some(charset)), "{name}");
    }
    for name in ["", "unheard-of", "utf_8_", "ü"] {
        assert_eq!(Charset::named(name), Ok(None), "{name}");
    }
    for name in [
        "utf-7",
        "UTF-32BE",
        "ibm500",
        "ebcdic-us",
        "shift_jis",
        "iso-8859-15",
    ] {
        assert!(Charset::named(name).is_err(), "{name}");
    }
}

#[test]
fn places_are_counted_in_characters() {
    let document = utf_16("<a>\r\n€😀<b/>", u16::to_be_bytes);
    let place = in_pieces(&document, None, async |reader| {
        reader.child().await?;
        reader.child().await?;
        Ok(reader.position().to_string())
    });
    assert_eq!(place.unwrap(), "2, 7");
}

#[test]
fn the_source_s_own_error_comes_through() {
    for document in [&b"<a"[..], b"\xFF\xFE<\0a\0", b"", b"<?xml version"] {
        let error = std::io::Error::other("cut");
        let source = Source::new(document, 1).failing_with(error);
        let outcome = run(Reader::new(Utf8::new(source, None)).finish());
        let Err(Error::Body(error)) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(error.to_string(), "cut");
    }
}
