//! The text of a document, which is taken in blocks: the text that is taken at once, by the same
//! rules. What `text` says of texts is not said again; `document_text_property` compares.

use bytes::BytesMut;
use chunkgate::xml::{Error, Limit, MAX_ASIDES, MAX_REFERENCES, MAX_TEXT, Malformed, Reader};

use super::support::{Source, in_pieces, root_text, run};

/// What is in an element, taken in blocks of every kind, and in pieces of every kind.
fn taken(content: impl AsRef<[u8]>) -> Result<String, Error> {
    let content = content.as_ref();
    let document = [b"<a><b>", content, b"</b><c/></a>"].concat();
    let limits: &[usize] = if content.len() > 2000 {
        &[4000]
    } else {
        &[4, 5, 6, 7, 64, 4000]
    };
    let taken = limits.iter().map(|&limit| {
        in_pieces(&document, async |reader| {
            reader.child().await?;
            reader.child().await?;
            let text = blocks(reader, limit).await?;
            assert_eq!(reader.child().await?.expect("the next element").local, "c");
            reader.finish().await?;
            Ok(text)
        })
    });
    let all_alike = |before, after| {
        assert_eq!(format!("{before:?}"), format!("{after:?}"), "blocks matter");
        after
    };
    taken.reduce(all_alike).expect("there are limits")
}

/// Takes the text of an element in blocks, each of which is full, and text by itself.
pub async fn blocks(reader: &mut Reader<Source>, limit: usize) -> Result<String, Error> {
    let (mut block, mut text) = (BytesMut::new(), String::new());
    while reader.document_text(&mut block, limit).await? {
        assert!(
            (limit - 3..=limit).contains(&block.len()),
            "{}",
            block.len()
        );
        text += std::str::from_utf8(&block.split()).expect("whole characters");
    }
    assert!(block.len() <= limit);
    text += std::str::from_utf8(&block).expect("whole characters");
    Ok(text)
}

fn assert_taken(content: &str, text: &str) {
    assert_eq!(taken(content).expect(content), text, "{content}");
    let whole = root_text(format!("<a>{content}</a>"));
    assert_eq!(whole.expect(content), text, "{content}");
}

/// The rule that a text breaks, whichever way it is taken.
fn broken_rule(content: impl AsRef<[u8]>) -> Malformed {
    let content = content.as_ref();
    let shown = String::from_utf8_lossy(content);
    let whole = root_text([b"<a>", content, b"</a>"].concat());
    match (taken(content), whole) {
        (Err(Error::Malformed(rule)), Err(Error::Malformed(other))) => {
            let same = std::mem::discriminant(&rule) == std::mem::discriminant(&other);
            assert!(same, "{shown}: {rule:?}, {other:?}");
            rule
        }
        other => panic!("{shown}: {other:?}"),
    }
}

#[test]
fn references_comments_and_sections_may_stand_anywhere() {
    assert_taken("", "");
    assert_taken(" x ", " x ");
    assert_taken("x<!-- c -->y<?p?>z", "xyz");
    assert_taken("&lt;&gt;&amp;&apos;&quot;1&#50;&#x1F600;", "<>&'\"12😀");
    assert_taken("a<![CDATA[<b>&amp;]]>c<![CDATA[]]>", "a<b>&amp;c");
    assert_taken("x&#xD;\n&#13;&#10;y", "x\r\n\r\ny");
}

#[test]
fn characters_are_never_cut() {
    let text = "aé€😀".repeat(60);
    for begin in ["", "x", "xy", "xyz"] {
        let text = format!("{begin}{text}");
        assert_taken(&text, &text);
        assert_taken(&format!("<![CDATA[{text}]]>"), &text);
    }
}

#[test]
fn line_ends_become_line_feeds_wherever_they_are_cut() {
    assert_taken("1\r\n2\r3\n4\r\r\n5\n\r6\r", "1\n2\n3\n4\n\n5\n\n6\n");
    assert_taken("<![CDATA[1\r\n2\r3\r]]>", "1\n2\n3\n");
    // Nothing but a line feed right behind it belongs to a carriage return.
    for between in ["<!---->", "<?p?>", "<![CDATA[]]>", "]<!---->"] {
        let text = format!("\n{}\n", if between.starts_with(']') { "]" } else { "" });
        assert_taken(&format!("\r{between}\n"), &text);
    }
    assert_taken("\r<![CDATA[\n]]>", "\n\n");
    assert_taken("<![CDATA[\r]]>\n", "\n\n");
    assert_taken("\r&#10;", "\n\n");
    assert_taken("&#13;\n", "\r\n");
}

#[test]
fn brackets_are_text_unless_they_end_a_section() {
    assert_taken("]", "]");
    assert_taken("]] ]> ]]&gt; ]]<!---->> ]]", "]] ]> ]]> ]]> ]]");
    assert_taken("]]<![CDATA[>]]>", "]]>");
    for inside in ["]", "]]", "]]]", "]]]]]", "] ]>", "x]]x]>]", "]\r]", "]]é"] {
        let text = inside.replace('\r', "\n");
        assert_taken(&format!("<![CDATA[{inside}]]>"), &text);
        assert_taken(&format!("<![CDATA[{inside}]]>>"), &format!("{text}>"));
    }
}

#[test]
fn the_end_of_a_section_in_text_is_refused() {
    for content in ["]]>", "x]]]>", "<![CDATA[x]]>]]>", "&amp;]]>", "é]]>é"] {
        let rule = broken_rule(content);
        assert!(matches!(rule, Malformed::SectionEnd), "{content}: {rule:?}");
    }
}

#[test]
fn characters_that_xml_does_not_allow_are_refused() {
    for character in ["\0", "\u{1}", "\u{B}", "\u{1F}", "\u{FFFE}", "\u{FFFF}"] {
        for content in [
            character.to_owned(),
            format!("abcdefgh{character}"),
            format!("<![CDATA[{character}]]>"),
            format!("<![CDATA[]]{character}]]>"),
        ] {
            let rule = broken_rule(&content);
            assert!(matches!(rule, Malformed::Character), "{content}: {rule:?}");
        }
    }
    for reference in ["&#0;", "&#xFFFE;", "&x;"] {
        let rule = broken_rule(reference);
        assert!(matches!(rule, Malformed::Reference), "{reference}");
    }
}

#[test]
fn what_is_not_utf_8_is_refused() {
    for bytes in [
        &b"\xFF"[..],
        b"\xC3",
        b"\xE2\x82",
        b"\xF0\x9F\x98",
        b"\xC3(",
        b"\xE2\x82]",
        b"\xE2\r",
        b"\xED\xA0\x80",
        b"\xC0\xBC",
        b"\xF4\x90\x80\x80",
        b"x\xC3&amp;",
        b"\xC3<!---->\xA4",
        b"\xC3<![CDATA[\xA4]]>",
        b"<![CDATA[\xC3]]>\xA4",
    ] {
        let rule = broken_rule(bytes);
        assert!(matches!(rule, Malformed::Token(_)), "{bytes:?}: {rule:?}");
    }
}

#[test]
fn an_element_in_text_is_refused() {
    for content in ["x<b/>", "<b>x</b>", "<![CDATA[]]><b/>"] {
        assert!(matches!(broken_rule(content), Malformed::ElementInText));
    }
}

#[test]
fn a_document_that_ends_in_text_is_refused() {
    for (document, is_token) in [
        ("<a>", false),
        ("<a>x", false),
        ("<a>x]]", false),
        ("<a>x\r", false),
        ("<a><![CDATA[x]]", false),
        ("<a>x<!-- ", true),
        ("<a>x&am", true),
        ("<a>x</a", true),
    ] {
        let outcome = in_pieces(document, async |reader| {
            reader.child().await?;
            blocks(reader, 4).await
        });
        let is_right = match &outcome {
            Err(Error::Malformed(Malformed::UnexpectedEnd)) => !is_token,
            Err(Error::Malformed(Malformed::Token(_) | Malformed::Reference)) => is_token,
            _ => false,
        };
        assert!(is_right, "{document}: {outcome:?}");
    }
}

#[test]
fn an_empty_element_has_no_text() {
    let text = in_pieces("<a><b/>x</a>", async |reader| {
        reader.child().await?;
        reader.child().await?;
        let text = blocks(reader, 4).await?;
        assert!(reader.child().await?.is_none());
        Ok(text)
    });
    assert_eq!(text.unwrap(), "");
}

#[test]
fn its_length_is_not_limited_and_a_block_does_not_grow() {
    let line = "Grüße an alle, für 5 € ]]\r\n";
    let text = line.repeat((5 << 20) / line.len());
    let short = line.repeat(10_000);
    for (text, piece, limit) in [
        (&text, 8192, 12_000),
        (&text, usize::MAX, 64 * 1024),
        (&short, 1500, 4),
        (&short, usize::MAX, 5),
    ] {
        let expected = text.replace("\r\n", "\n");
        takes(&format!("<a>{text}</a>"), &expected, piece, limit);
        let section = format!("<a><![CDATA[{text}]]></a>");
        takes(&section, &expected, piece, limit);
    }
}

fn takes(document: &str, expected: &str, piece: usize, limit: usize) {
    let mut reader = Reader::new(Source::new(document, piece));
    let mut block = BytesMut::with_capacity(limit);
    let (mut rest, mut more) = (expected.as_bytes(), true);
    run(async {
        reader.child().await?;
        while more {
            more = reader.document_text(&mut block, limit).await?;
            assert!(!more || block.len() > limit - 4);
            rest = rest.strip_prefix(&block[..]).expect("the next of it");
            block.clear();
            assert_eq!(block.capacity(), limit, "it grew");
        }
        reader.finish().await
    })
    .expect("text");
    assert!(rest.is_empty());
}

#[test]
fn references_and_asides_are_limited_as_everywhere() {
    let references = usize::try_from(MAX_REFERENCES).expect("a number");
    assert!(taken("&lt;".repeat(references)).is_ok());
    for (content, limit) in [
        ("&lt;".repeat(2 * references), Limit::References),
        ("<!---->".repeat(MAX_ASIDES + 1), Limit::Asides),
        (format!("<!--{}-->", "x".repeat(MAX_TEXT)), Limit::Text),
    ] {
        let outcome = taken(content);
        let is_limited = matches!(outcome, Err(Error::Limit(found)) if found == limit);
        assert!(is_limited, "{outcome:?}");
    }
}

#[test]
fn the_position_is_kept() {
    let document = "<a>é\r\n1<![CDATA[]]\n]]>é&amp;<!--\n--> 😀</a><b/>";
    let position = |streamed: bool| {
        let position = in_pieces(document, async |reader| {
            reader.child().await?;
            if streamed {
                blocks(reader, 4).await?;
            } else {
                reader.text().await?;
            }
            Ok(reader.position())
        });
        position.expect("text").to_string()
    };
    assert_eq!(position(true), position(false));
}

#[test]
#[should_panic(expected = "a block takes at least one character")]
fn a_block_has_room_for_a_character() {
    let _ = in_pieces("<a>x</a>", async |reader| {
        reader.child().await?;
        reader.document_text(&mut BytesMut::new(), 3).await
    });
}
