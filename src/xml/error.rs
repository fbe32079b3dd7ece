//! What can go wrong while reading a document.

use std::io;

use thiserror::Error;

/// Why a document could not be read. After an error the reader is of no further use.
#[derive(Debug, Error)]
pub enum Error {
    /// The source of the bytes failed; its own error, as it gave it.
    #[error("the body could not be read: {0}")]
    Body(io::Error),
    /// The bytes are no well-formed document.
    #[error("malformed: {0}")]
    Malformed(#[from] Malformed),
    /// The document goes beyond what is accepted.
    #[error("beyond a limit: {0}")]
    Limit(#[from] Limit),
}

impl From<io::Error> for Error {
    /// Tells what has to travel as an I/O error, the limit on tokens and text that is malformed
    /// in its encoding, from a failed source.
    fn from(error: io::Error) -> Self {
        let error = match error.downcast() {
            Ok(limit) => return Self::Limit(limit),
            Err(error) => error,
        };
        match error.downcast() {
            Ok(malformed) => Self::Malformed(malformed),
            Err(error) => Self::Body(error),
        }
    }
}

/// The rule of XML, of its namespaces, or of base64 that a document breaks.
#[derive(Debug, Error)]
pub enum Malformed {
    /// A token is broken: bad UTF-8, an end tag that closes another element, a lone `&`.
    #[error("{0}")]
    Token(quick_xml::Error),
    /// Bytes that stand for no text in the document's encoding, or an encoding that is not read.
    #[error("not text in a supported encoding")]
    Encoding,
    /// The document ends before its root element does.
    #[error("the document ends too early")]
    UnexpectedEnd,
    /// There is no element at all.
    #[error("no root element")]
    NoRoot,
    /// A second element follows the root element.
    #[error("more than one root element")]
    SecondRoot,
    /// Text, CDATA or a reference before or after the root element.
    #[error("text outside the root element")]
    TextOutsideRoot,
    /// The XML declaration is not the very first thing, or is written wrongly.
    #[error("misplaced or invalid XML declaration")]
    Declaration,
    /// There is a document type declaration.
    #[error("a document type declaration is not accepted")]
    DocumentType,
    /// A processing instruction without a name, or with the reserved name `xml`.
    #[error("invalid processing instruction")]
    Instruction,
    /// `--` inside a comment.
    #[error("invalid comment")]
    Comment,
    /// A reference to an entity that only a document type could have declared, or to a
    /// character that XML does not allow.
    #[error("unknown entity or character reference")]
    Reference,
    /// A character that XML does not allow, such as NUL.
    #[error("a character that XML does not allow")]
    Character,
    /// `]]>` in text.
    #[error("']]>' in text")]
    SectionEnd,
    /// An element or attribute name that is none.
    #[error("invalid name")]
    Name,
    /// A prefix that is not bound to a namespace, or cannot be an element's.
    #[error("unknown prefix")]
    UnknownPrefix,
    /// `xmlns:prefix=""`.
    #[error("a prefix bound to no namespace")]
    EmptyNamespace,
    /// A namespace declared that is bound by definition, to `xml` or to `xmlns`.
    #[error("a reserved namespace declared")]
    ReservedNamespace,
    /// An attribute without a value, quotes, or white space before it, or with `<` in its value.
    #[error("invalid attribute")]
    Attribute,
    /// Two attributes of one element with the same name, or the same name in the same namespace.
    #[error("duplicate attribute")]
    DuplicateAttribute,
    /// An element where only text may be.
    #[error("an element where text is expected")]
    ElementInText,
    /// Document data that is not base64.
    #[error("not base64")]
    Base64,
}

/// The limit that a document exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Limit {
    /// [`MAX_DEPTH`](super::MAX_DEPTH).
    #[error("elements nested too deep")]
    Depth,
    /// [`MAX_ELEMENTS`](super::MAX_ELEMENTS).
    #[error("too many elements")]
    Elements,
    /// [`MAX_ASIDES`](super::MAX_ASIDES).
    #[error("too many comments and processing instructions")]
    Asides,
    /// [`MAX_REFERENCES`](super::MAX_REFERENCES).
    #[error("too many references")]
    References,
    /// [`MAX_ATTRIBUTES`](super::MAX_ATTRIBUTES) or [`MAX_ALL_ATTRIBUTES`](super::MAX_ALL_ATTRIBUTES).
    #[error("too many attributes")]
    Attributes,
    /// [`MAX_NAME`](super::MAX_NAME) or [`MAX_NAMESPACE`](super::MAX_NAMESPACE).
    #[error("a name too long")]
    Name,
    /// [`MAX_TEXT`](super::MAX_TEXT) or [`MAX_ALL_TEXT`](super::MAX_ALL_TEXT).
    #[error("text or markup too long")]
    Text,
}
