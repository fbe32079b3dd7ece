//! Whatever text is written, a reader gets it back.

use chunkgate::xml::Writer;
use proptest::prelude::*;

use super::support::root_text;

#[test]
fn markup_is_escaped() {
    let mut xml = Writer::new();
    xml.element("a", "<b c=\"d\">&\r\n</b>");
    assert_eq!(
        xml.finish(),
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><a>&lt;b c=&quot;d&quot;&gt;&amp;&#xD;\n&lt;/b&gt;</a>"
    );
}

#[test]
fn empty_text_makes_an_empty_element() {
    let mut xml = Writer::new();
    xml.element("a", "");
    assert!(xml.finish().ends_with("?><a />"));
}

#[test]
fn what_xml_cannot_carry_is_replaced() {
    let mut xml = Writer::new();
    xml.element("a", "x\0y\u{1}z\u{FFFF}");
    assert_eq!(
        root_text(xml.finish()).unwrap(),
        "x\u{FFFD}y\u{FFFD}z\u{FFFD}"
    );
}

proptest! {
    #[test]
    fn text_comes_back(text in "[\\t\\r\\n -~\u{A0}-\u{D7FF}\u{10000}-\u{10FFFF}]*") {
        let mut xml = Writer::new();
        xml.element("a", &text);
        prop_assert_eq!(root_text(xml.finish()).unwrap(), text);
    }
}
