//! The text of an element is one string, however it is written.

use chunkgate::xml::{Error, Malformed};

use super::support::{in_pieces, root_text};

#[test]
fn pieces_of_text_are_merged() {
    for (document, text) in [
        ("<a/>", ""),
        ("<a></a>", ""),
        ("<a> x </a>", " x "),
        ("<a>x<!-- c -->y<?p?>z</a>", "xyz"),
        ("<a>&lt;&gt;&amp;&apos;&quot;</a>", "<>&'\""),
        ("<a>1&#50;3&#x34;5</a>", "12345"),
        ("<a>a<![CDATA[<b>&amp;]]>c</a>", "a<b>&amp;c"),
        ("<a><![CDATA[]]></a>", ""),
        ("<a><![CDATA[x]]]]><![CDATA[>y]]></a>", "x]]>y"),
        ("<a>Grüße 😀</a>", "Grüße 😀"),
    ] {
        assert_eq!(root_text(document).expect(document), text, "{document}");
    }
}

#[test]
fn line_ends_become_line_feeds() {
    assert_eq!(
        root_text("<a>1\r\n2\r3\n4<![CDATA[\r\n]]></a>").unwrap(),
        "1\n2\n3\n4\n"
    );
}

#[test]
fn a_carriage_return_by_reference_stays() {
    assert_eq!(
        root_text("<a>1&#xD;\n2&#13;&#10;</a>").unwrap(),
        "1\r\n2\r\n"
    );
}

#[test]
fn an_element_in_text_is_refused() {
    let error = root_text("<a>x<b/>y</a>").unwrap_err();
    assert!(matches!(error, Error::Malformed(Malformed::ElementInText)));
}

#[test]
fn text_between_elements_is_passed_over() {
    let names = in_pieces("<a>x<b>y</b>&amp;<c/><![CDATA[z]]></a>", async |reader| {
        let mut names = Vec::new();
        reader.child().await?;
        while let Some(child) = reader.child().await? {
            names.push(child.local);
            reader.skip().await?;
        }
        reader.finish().await?;
        Ok(names)
    });
    assert_eq!(names.unwrap(), ["b", "c"]);
}
