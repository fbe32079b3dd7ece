//! The description of `dfs.asmx` as a document; what it says is tested in `contract`.

use chunkgate::soap::wsdl;
use roxmltree::Document;

const CONTRACT: &str = include_str!("../../../wsdl/dfs.wsdl");

/// The attribute `name` of every element called `element`.
fn attributes(document: &str, element: &str, name: &str) -> Vec<String> {
    let document = Document::parse(document).expect("a well-formed description");
    let elements = document.descendants();
    let elements = elements.filter(|node| node.is_element() && node.tag_name().name() == element);
    let values = elements.filter_map(|node| node.attribute(name));
    values.map(str::to_owned).collect()
}

#[test]
fn the_address_is_escaped_into_every_port() {
    let address = "http://host:8080/dfs.asmx?a=1&b=\"<2>\"";
    let rendered = wsdl::render(CONTRACT, address);
    assert_eq!(attributes(&rendered, "address", "location"), [address; 4]);
    assert!(!rendered.contains("@ADDRESS@"));
}

#[test]
fn nothing_has_to_be_fetched() {
    assert!(attributes(CONTRACT, "import", "namespace").is_empty());
    assert!(attributes(CONTRACT, "include", "schemaLocation").is_empty());
}
