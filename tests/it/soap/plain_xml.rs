//! A value as XML within a text.

use chunkgate::soap::{Value, to_xml};

#[test]
fn all_is_on_one_line_without_namespaces() {
    let items = [
        Some(
            Value::structure()
                .field("Number", 7_i64)
                .field("Subject", "a<b> & \"c\"\r\n")
                .field("Why", None::<i32>),
        ),
        Some(Value::structure().field("Number", 8).field("Subject", "")),
        None,
    ];
    let xml = to_xml("Items", Value::array("Item", items));
    assert_eq!(
        xml,
        "<Items><Item><Number>7</Number><Subject>a&lt;b&gt; &amp; &quot;c&quot;&#xD;\n</Subject></Item><Item><Number>8</Number><Subject /></Item><Item /></Items>"
    );
    roxmltree::Document::parse(&xml).expect("well formed");
}

#[test]
fn what_is_empty_is_an_empty_element() {
    for value in [
        Value::array("Item", [None::<Value>; 0]),
        Value::structure(),
        Value::Text(String::new()),
    ] {
        assert_eq!(to_xml("Items", value), "<Items />");
    }
    assert_eq!(to_xml("X", Value::Text("x".to_owned())), "<X>x</X>");
}

#[test]
#[should_panic(expected = "no data")]
fn data_has_no_place_in_it() {
    to_xml("X", Value::structure().field("Y", Value::bytes("abc")));
}
