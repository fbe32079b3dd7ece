//! The names of character sets.

use thiserror::Error;

use super::Encoding;

/// A character set by name, as a content type or an XML declaration gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// UTF-16 whose byte order the document has to tell; little endian if it does not.
    Utf16,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// ISO-8859-1, with its control characters from 0x80 to 0x9F.
    Latin1,
    /// Windows-1252.
    Windows1252,
    /// US-ASCII; a byte of 0x80 or more is malformed.
    ///
    /// Deviation: the original makes a question mark of it, which would quietly change a name or
    /// a password (`encodings::malformed_text`).
    Ascii,
}

/// A character set that exists and is not read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a character set that is not supported")]
pub struct UnsupportedCharset;

/// Names that are not in the Encoding Standard, of character sets in which a document could look
/// like another one.
const UNREAD: [&str; 8] = [
    "utf-7",
    "utf7",
    "unicode-1-1-utf-7",
    "csunicode11utf7",
    "utf-32",
    "ucs-4",
    "ibm",
    "ebcdic",
];

impl Charset {
    /// The character set of this name, in any case and with or without quotes. `None` for a name
    /// that is none, which does not count, as with the original service.
    ///
    /// Deviation: the original reads whatever Windows has a table for. Here those that no client
    /// of it is known to send are refused (`encodings::refused`).
    pub fn named(name: &str) -> Result<Option<Self>, UnsupportedCharset> {
        let name = name.trim_matches(|character: char| {
            character.is_ascii_whitespace() || matches!(character, '"' | '\'')
        });
        let name = name.to_ascii_lowercase();
        let Some(encoding) = encoding_rs::Encoding::for_label(name.as_bytes()) else {
            let is_unread = UNREAD.iter().any(|prefix| name.starts_with(prefix));
            return if is_unread {
                Err(UnsupportedCharset)
            } else {
                Ok(None)
            };
        };
        // The Encoding Standard takes three of these for one, and the browsers' view of UTF-16.
        Ok(Some(match (encoding.name(), name.as_str()) {
            ("UTF-8", _) => Self::Utf8,
            ("UTF-16LE", "utf-16le") => Self::Utf16Le,
            ("UTF-16LE", _) => Self::Utf16,
            ("UTF-16BE", _) => Self::Utf16Be,
            ("windows-1252", "windows-1252" | "cp1252" | "x-cp1252") => Self::Windows1252,
            ("windows-1252", "us-ascii" | "ascii" | "ansi_x3.4-1968") => Self::Ascii,
            ("windows-1252", _) => Self::Latin1,
            _ => return Err(UnsupportedCharset),
        }))
    }

    /// The encoding of a document that begins with `head`.
    pub(super) fn encoding(self, head: &[u8]) -> Encoding {
        match self {
            Self::Utf8 => Encoding::Utf8,
            Self::Utf16 if head.first() == Some(&0) => Encoding::Utf16Be,
            Self::Utf16 | Self::Utf16Le => Encoding::Utf16Le,
            Self::Utf16Be => Encoding::Utf16Be,
            Self::Latin1 => Encoding::Latin1,
            Self::Windows1252 => Encoding::Windows1252,
            Self::Ascii => Encoding::Ascii,
        }
    }
}
