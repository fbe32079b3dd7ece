//! The description of `dfs.asmx` as a document; what it says is tested in `contract`.

use chunkgate::{soap::wsdl, xml::Reader};

use crate::xml::support::{Source, run};

const CONTRACT: &str = include_str!("../../../wsdl/dfs.wsdl");

/// The attribute `name` of every element called `element`.
fn attributes(document: &str, element: &str, name: &str) -> Vec<String> {
    let mut reader = Reader::new(Source::new(document, usize::MAX));
    let mut found = Vec::new();
    run(async {
        let mut depth = 1;
        while depth > 0 {
            match reader.child().await? {
                Some(child) => {
                    depth += 1;
                    if child.local == element {
                        found.extend(
                            child
                                .attributes
                                .into_iter()
                                .filter(|it| it.local == name)
                                .map(|it| it.value),
                        );
                    }
                }
                None => depth -= 1,
            }
        }
        reader.finish().await
    })
    .expect("a well-formed description");
    found
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
