//! Character sets: which one a document is in, and making UTF-8 of it.
//!
//! What decides, in this order: the byte order mark; the charset that came with the document, in
//! its content type; the first bytes and the XML declaration; else it is UTF-8.

mod charset;
mod decide;
mod decoder;
mod utf8;

pub use charset::{Charset, UnsupportedCharset};
pub use utf8::Utf8;

/// How a document's characters are written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Latin1,
    Windows1252,
    Ascii,
}
