//! The XML reader and writer. Every document is read whole and cut into pieces of 1, 2, 3 and
//! 7 bytes: where a buffer ends must never matter.
//!
//! - `well_formed`: what is refused as malformed, and by which rule
//! - `namespaces`: prefixes, defaults, attributes
//! - `text`: references, CDATA, comments, line ends
//! - `document_text`: text of any length in blocks, by the same rules
//! - `document_text_property`: generated texts, cut anywhere, are those that are taken at once
//! - `base64`: what is base64 and what is not; blocks
//! - `base64_property`: generated spellings of the same data decode alike
//! - `limits`: sizes, and that an endless token is not collected
//! - `position`: line and column
//! - `encoding`: character sets, what decides about them, what is no text in them
//! - `encoding_property`: a document means the same in every encoding, however it is cut
//! - `body_error`: the source's own error comes back
//! - `writer`: escaping
//! - `differential`: another parser sees the same trees

mod base64;
mod base64_property;
mod body_error;
mod differential;
mod document_text;
mod document_text_property;
mod encoding;
mod encoding_property;
mod limits;
mod namespaces;
mod position;
pub mod support;
mod text;
mod well_formed;
mod writer;
