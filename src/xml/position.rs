//! Where in a document the reader is.

use std::fmt;

use memchr::{memchr_iter, memrchr};

/// A place in a document; prints as `line, column`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Counted from 1; a line ends with a line feed.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
}

impl Position {
    pub(super) const START: Self = Self { line: 1, column: 1 };

    /// Moves over `bytes` of UTF-8, which may begin and end within a character.
    pub(super) fn advance(&mut self, bytes: &[u8]) {
        let tail = match memrchr(b'\n', bytes) {
            Some(last) => {
                self.line += memchr_iter(b'\n', bytes).count();
                self.column = 1;
                &bytes[last + 1..]
            }
            None => bytes,
        };
        self.column += if tail.is_ascii() {
            // Megabytes of base64 in one line are told apart from other text at memory speed.
            tail.len()
        } else {
            tail.iter().filter(|&&byte| starts_character(byte)).count()
        };
    }
}

fn starts_character(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.line, self.column)
    }
}
