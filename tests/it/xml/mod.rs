//! The XML reader and writer. Every document is read whole and cut into pieces of 1, 2, 3 and
//! 7 bytes: where a buffer ends must never matter.
//!
//! - `well_formed`: what is refused as malformed, and by which rule
//! - `namespaces`: prefixes, defaults, attributes
//! - `text`: references, CDATA, comments, line ends
//! - `base64`: what is base64 and what is not; blocks
//! - `base64_property`: generated spellings of the same data decode alike
//! - `limits`: sizes, and that an endless token is not collected
//! - `position`: line and column
//! - `body_error`: the source's own error comes back
//! - `writer`: escaping
//! - `differential`: another parser sees the same trees

mod base64;
mod base64_property;
mod body_error;
mod differential;
mod limits;
mod namespaces;
mod position;
pub mod support;
mod text;
mod well_formed;
mod writer;
