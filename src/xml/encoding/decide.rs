//! Which encoding a document is in, by its first bytes.

use std::str;

use memchr::memmem;

use super::{Charset, Encoding};
use crate::xml::{Malformed, element::pseudo_attributes};

/// The longest XML declaration that is looked at for its encoding, in bytes.
const LONGEST_DECLARATION: usize = 1024;
/// What the byte order marks take.
const LONGEST_MARK: usize = 4;
const DECLARATION: &[u8] = b"<?xml";

/// What the first bytes of a document tell.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// The encoding. A byte order mark is still in front of the text.
    Encoding(Encoding),
    /// More of the document's beginning is needed to tell, up to so many bytes of it.
    Needs(usize),
}

/// Looks at the document's beginning: all of it if it has `ended`, otherwise as much as was asked
/// for.
pub(super) fn decide(
    head: &[u8],
    ended: bool,
    charset: Option<Charset>,
) -> Result<Decision, Malformed> {
    if head.len() < LONGEST_MARK && !ended {
        return Ok(Decision::Needs(LONGEST_MARK));
    }
    if let Some(encoding) = by_mark(head)? {
        return Ok(Decision::Encoding(encoding));
    }
    if let Some(charset) = charset {
        return Ok(Decision::Encoding(charset.encoding(head)));
    }
    // Every document begins with a character of one byte, in UTF-16 of two with a zero.
    match head {
        [0, second, ..] if *second != 0 => return Ok(Decision::Encoding(Encoding::Utf16Be)),
        [first, 0, ..] if *first != 0 => return Ok(Decision::Encoding(Encoding::Utf16Le)),
        _ => {}
    }
    by_declaration(head, ended)
}

fn by_mark(head: &[u8]) -> Result<Option<Encoding>, Malformed> {
    match head {
        [0, 0, 0xFE, 0xFF, ..] | [0xFF, 0xFE, 0, 0, ..] => Err(Malformed::Encoding),
        [0xEF, 0xBB, 0xBF, ..] => Ok(Some(Encoding::Utf8)),
        [0xFE, 0xFF, ..] => Ok(Some(Encoding::Utf16Be)),
        [0xFF, 0xFE, ..] => Ok(Some(Encoding::Utf16Le)),
        _ => Ok(None),
    }
}

fn by_declaration(head: &[u8], ended: bool) -> Result<Decision, Malformed> {
    let utf8 = Ok(Decision::Encoding(Encoding::Utf8));
    let compared = head.len().min(DECLARATION.len());
    if head[..compared] != DECLARATION[..compared] {
        return utf8;
    }
    let Some(end) = memmem::find(head, b"?>") else {
        return match head.len() {
            _ if ended => utf8,
            LONGEST_DECLARATION.. => Err(Malformed::Declaration),
            _ => Ok(Decision::Needs(LONGEST_DECLARATION)),
        };
    };
    // A declaration that cannot be read is refused by the reader, which says why.
    let declared = head
        .get(DECLARATION.len()..end)
        .and_then(|declaration| str::from_utf8(declaration).ok())
        .and_then(|declaration| pseudo_attributes(declaration).ok());
    let name = declared.and_then(|pairs| {
        let (_, value) = pairs.into_iter().find(|(name, _)| *name == "encoding")?;
        Some(value)
    });
    let charset = name.map(Charset::named).transpose();
    let charset = charset.map_err(|_| Malformed::Encoding)?.flatten();
    Ok(Decision::Encoding(match charset {
        // It says UTF-16 and is not, or this could not have been read. Programs that make a
        // string first and bytes of it afterwards write such declarations.
        None | Some(Charset::Utf16 | Charset::Utf16Le | Charset::Utf16Be) => Encoding::Utf8,
        Some(charset) => charset.encoding(head),
    }))
}
