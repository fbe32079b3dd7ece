//! Our reader against roxmltree, which holds whole documents and knows namespaces.
//!
//! Whatever we accept, it accepts, with the same tree. It is more lenient than the
//! recommendation, and than we are, in this: names of the fifth edition are not checked to the
//! last character, and versions other than 1.0 pass. Line ends are normalised before it sees the
//! document, as the recommendation says (2.11): by itself it forgets a carriage return in front of
//! a reference.
//!
//! And the text of the root element taken in blocks against the same taken at once.

use bytes::BytesMut;
use chunkgate::xml::{Attribute, Element, Error, Limit, Reader};
use roxmltree::{Document, Node};

use super::support::{Source, run};

/// The namespace of declarations, which roxmltree does not list among the attributes.
const DECLARATIONS: &str = "http://www.w3.org/2000/xmlns/";

/// Checks an input: a document.
pub fn check(input: &[u8]) {
    for (piece, limit) in [(1, 4), (3, 7), (usize::MAX, 64)] {
        same_text(input, piece, limit);
    }
    if let Ok(document) = std::str::from_utf8(input) {
        assert_eq!(
            compare(document, 1),
            compare(document, usize::MAX),
            "pieces matter"
        );
    }
}

/// Takes the root element's text at once, and in blocks of `limit` bytes from pieces of `piece`.
fn same_text(document: &[u8], piece: usize, limit: usize) {
    let at_once = run(async {
        let mut reader = Reader::new(Source::new(document, usize::MAX));
        reader.child().await?;
        let text = reader.text().await?;
        Ok((text, reader.position()))
    });
    let in_blocks = run(async {
        let mut reader = Reader::new(Source::new(document, piece));
        reader.child().await?;
        let (mut block, mut text) = (BytesMut::new(), String::new());
        loop {
            let more = reader.document_text(&mut block, limit).await?;
            assert!(block.len() <= limit, "a block of {} bytes", block.len());
            text += std::str::from_utf8(&block.split()).expect("whole characters");
            if !more {
                return Ok((text, reader.position()));
            }
        }
    });
    match (at_once, in_blocks) {
        (Ok(at_once), Ok(in_blocks)) => assert_eq!(at_once, in_blocks),
        // One token may break two rules, of which the first is not the same.
        (Err(Error::Malformed(_)), Err(Error::Malformed(_)))
        // Only a text that is held is limited.
        | (Err(Error::Limit(Limit::Text)), _) => {}
        (Err(Error::Limit(at_once)), Err(Error::Limit(in_blocks))) => {
            assert_eq!(at_once, in_blocks);
        }
        (at_once, in_blocks) => panic!("{at_once:?} at once, {in_blocks:?} in blocks"),
    }
}

/// Reads `document` in pieces of `piece` bytes and compares; whether it was accepted.
///
/// # Panics
/// If we accept what roxmltree refuses, or see another tree.
pub fn compare(document: &str, piece: usize) -> bool {
    let open = || Reader::new(Source::new(document, piece));
    if run(open().finish()).is_err() {
        return false;
    }
    let normalised = document.replace("\r\n", "\n").replace('\r', "\n");
    let theirs = match Document::parse(&normalised) {
        Ok(theirs) => theirs,
        // The prefix is bound by definition; only its own attributes are known there.
        Err(roxmltree::Error::UnknownNamespace(prefix, _)) if prefix == "xml" => return true,
        Err(error) => panic!("accepted, but {error}:\n{document}"),
    };
    let mut reader = open();
    run(same_content(&mut reader, theirs.root(), document)).unwrap_or_else(|error| {
        panic!("accepted as a whole, but not by its elements, {error}:\n{document}")
    });
    true
}

/// Compares the elements in `theirs`, and the text if it has no elements.
async fn same_content(
    reader: &mut Reader<Source>,
    theirs: Node<'_, '_>,
    document: &str,
) -> Result<(), Error> {
    let mut children = theirs.children().filter(Node::is_element);
    if theirs.is_element() && children.clone().next().is_none() {
        let text: String = theirs
            .children()
            .filter_map(|child| child.text_of())
            .collect();
        assert_eq!(
            reader.text().await?,
            text,
            "the text of an element in\n{document}"
        );
        return Ok(());
    }
    while let Some(ours) = reader.child().await? {
        let theirs = children.next().expect("no more elements than theirs");
        same_tag(&ours, theirs, document);
        Box::pin(same_content(reader, theirs, document)).await?;
    }
    assert!(
        children.next().is_none(),
        "an element is missing in\n{document}"
    );
    Ok(())
}

fn same_tag(ours: &Element, theirs: Node<'_, '_>, document: &str) {
    let name = theirs.tag_name();
    assert_eq!(
        (ours.namespace.as_deref(), &*ours.local),
        (name.namespace().filter(|uri| !uri.is_empty()), name.name()),
        "the name of an element in\n{document}"
    );
    let of_ours: Vec<_> = ours
        .attributes
        .iter()
        .filter(|attribute| !is_declaration(attribute))
        .map(
            |Attribute {
                 namespace,
                 local,
                 value,
             }| (namespace.as_deref(), &**local, &**value),
        )
        .collect();
    let of_theirs: Vec<_> = theirs
        .attributes()
        .map(|attribute| (attribute.namespace(), attribute.name(), attribute.value()))
        .collect();
    assert_eq!(of_ours, of_theirs, "attributes in\n{document}");
}

fn is_declaration(attribute: &Attribute) -> bool {
    match &attribute.namespace {
        Some(namespace) => namespace == DECLARATIONS,
        None => attribute.local == "xmlns",
    }
}

/// A node's own text, which is that of no comment.
trait TextOf<'a> {
    fn text_of(&self) -> Option<&'a str>;
}

impl<'a> TextOf<'a> for Node<'a, '_> {
    fn text_of(&self) -> Option<&'a str> {
        self.is_text().then(|| self.text()).flatten()
    }
}
