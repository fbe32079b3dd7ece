//! A small, strict, bounded XML 1.0 layer: just what SOAP messages of strangers need.
//!
//! [`Reader`] pulls elements, text and document data out of a byte stream without ever holding the
//! document. quick-xml finds the tokens, matches end tags and resolves prefixes; everything it
//! leaves to its user (well-formedness, limits) is checked here. [`Utf8`] makes UTF-8 of documents in
//! other encodings before that. [`Writer`] writes escaped XML.
//!
//! A document type declaration is refused: SOAP forbids it, and it is the door of every entity
//! attack.

pub(crate) mod base64;
pub(crate) mod buffered;
mod characters;
mod element;
mod encoding;
mod error;
mod input;
mod position;
mod reader;
mod reference;
pub(crate) mod text;
mod tokens;
mod writer;

pub use element::{Attribute, Element};
pub use encoding::{Charset, UnsupportedCharset, Utf8};
pub use error::{Error, Limit, Malformed};
pub use position::Position;
pub use reader::Reader;
pub use writer::{Writer, escape};

/// How deep elements may be nested.
pub const MAX_DEPTH: usize = 32;
/// How many elements a document may have.
pub const MAX_ELEMENTS: usize = 256;
/// How many comments and processing instructions a document may have. Finding one takes longer
/// than decoding its length of base64.
pub const MAX_ASIDES: usize = 1024;
/// How many references a document may have, besides one for every [`BYTES_PER_REFERENCE`] bytes.
/// Finding one takes longer than decoding its length of base64, but clients write `&#xD;` at each
/// end of a line of base64.
pub const MAX_REFERENCES: u64 = 8192;
/// See [`MAX_REFERENCES`].
pub const BYTES_PER_REFERENCE: u64 = 32;
/// How many attributes an element may have, namespace declarations included.
pub const MAX_ATTRIBUTES: usize = 64;
/// How many attributes all elements of a document may have together.
pub const MAX_ALL_ATTRIBUTES: usize = 1024;
/// The longest namespace as it is declared, in bytes. Each attribute brings its own along, and is
/// compared with the others of its element by it.
pub const MAX_NAMESPACE: usize = 256;
/// The longest qualified name, in bytes.
pub const MAX_NAME: usize = 1024;
/// The longest text, tag, comment or processing instruction, in bytes. Base64 data and document
/// text are not limited here: they are never held.
pub const MAX_TEXT: usize = 64 * 1024;
/// How much text all elements whose texts are asked for may have together, in bytes: they are held
/// until the document has come to its end.
pub const MAX_ALL_TEXT: usize = 3 * MAX_TEXT;
