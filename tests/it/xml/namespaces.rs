//! Names are compared by namespace, whatever prefixes a client chose.

use chunkgate::xml::Element;

use super::support::in_pieces;

fn root_and_child(document: &str) -> (Element, Element) {
    in_pieces(document, async |reader| {
        let root = reader.child().await?.expect("a root");
        let child = reader.child().await?.expect("a child");
        reader.finish().await?;
        Ok((root, child))
    })
    .expect("a well-formed document")
}

#[test]
fn prefixes_and_defaults_mean_the_same() {
    for document in [
        "<a xmlns='urn:n'><b/></a>",
        "<p:a xmlns:p='urn:n'><p:b/></p:a>",
        "<p:a xmlns:p='urn:n' xmlns:q='urn:n'><q:b></q:b></p:a>",
        "<a xmlns='urn:n'><q:b xmlns:q='urn:n'/></a>",
    ] {
        let (root, child) = root_and_child(document);
        assert!(
            root.is("urn:n", "a") && child.is("urn:n", "b"),
            "{document}"
        );
    }
}

#[test]
fn a_default_can_be_taken_back() {
    let (root, child) = root_and_child("<a xmlns='urn:n'><b xmlns=''/></a>");
    assert_eq!(root.namespace.as_deref(), Some("urn:n"));
    assert_eq!(child.namespace, None);
}

#[test]
fn a_declaration_ends_with_its_element() {
    let (_, child) = root_and_child("<a xmlns:p='urn:1'><p:b xmlns:p='urn:2'/></a>");
    assert!(child.is("urn:2", "b"));
    let child = in_pieces(
        "<a xmlns:p='urn:1'><p:b xmlns:p='urn:2'/><p:c/></a>",
        async |reader| {
            reader.child().await?;
            reader.child().await?;
            reader.skip().await?;
            Ok(reader.child().await?.expect("a second child"))
        },
    )
    .expect("a well-formed document");
    assert!(child.is("urn:1", "c"));
}

#[test]
fn attributes_have_namespaces_of_their_own() {
    let (root, _) = root_and_child("<p:a xmlns:p='urn:n' b='1' p:b='&lt;&#50;'><x/></p:a>");
    assert_eq!(root.attribute("urn:n", "b"), Some("<2"));
    let plain = root
        .attributes
        .iter()
        .find(|it| it.namespace.is_none() && it.local == "b");
    assert_eq!(plain.map(|it| it.value.as_str()), Some("1"));
}

#[test]
fn references_in_a_declaration_are_resolved() {
    let (root, child) =
        root_and_child("<a xmlns='urn:a&amp;&#98;' xmlns:p='urn:a&#38;b'><p:b/></a>");
    assert!(root.is("urn:a&b", "a") && child.is("urn:a&b", "b"));
}

#[test]
fn white_space_in_a_value_becomes_blanks_and_a_line_end_one() {
    let (root, _) = root_and_child("<a b='1\r\n2\r3\n4\t5&#xD;&#xA;6'><x/></a>");
    assert_eq!(root.attributes[0].value, "1 2 3 4 5\r\n6");
}
