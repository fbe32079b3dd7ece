//! The HTTP GET and POST bindings, on forms in memory, each read in pieces of 1, 2, 3 and 7 bytes
//! and whole, and on a whole gateway.
//!
//! - `required`: every parameter, once, in any order; names in any case
//! - `values`: booleans, numbers, times
//! - `data`: one field for each byte, or base64
//! - `document_text`: text of any length, in blocks
//! - `escapes`: what urlencoding does to a text
//! - `limits`: bounds of texts, names, fields
//! - `memory`: many megabytes of data take none
//! - `replies`: the exact bytes that go back
//! - `any_operation`: a page may call what the bindings do not have
//! - `upload`: a document goes up in forms
//! - `lost_answer`: a chunk sent again because its answer was lost
//! - `edge`: admission, lengths, metrics; a binding that is switched off

mod any_operation;
mod data;
mod document_text;
mod edge;
mod escapes;
mod limits;
mod lost_answer;
mod memory;
mod replies;
mod required;
pub mod support;
mod upload;
mod values;
