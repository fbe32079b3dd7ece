//! Breaks text into lines and pages.

use std::io::{self, Write};

use encoding_rs::WINDOWS_1252;

/// Distance of tabulators, in characters.
const TAB: usize = 8;

/// Writes `B` where a page begins, `<...>L` for each line, `E` where the page ends.
pub(super) struct Lines<W> {
    to: W,
    columns: usize,
    rows: usize,
    /// The line in the making, in Windows-1252, at most `columns` long.
    line: Vec<u8>,
    /// Lines on the open page; `None` between pages.
    row: Option<usize>,
    any_page: bool,
    /// A line feed after a carriage return is no line of its own.
    after_return: bool,
}

impl<W: Write> Lines<W> {
    pub(super) fn new(to: W, columns: usize, rows: usize) -> Self {
        Self {
            to,
            columns,
            rows,
            line: Vec::with_capacity(columns),
            row: None,
            any_page: false,
            after_return: false,
        }
    }

    pub(super) fn put(&mut self, character: char) -> io::Result<()> {
        let after_return = std::mem::replace(&mut self.after_return, character == '\r');
        match character {
            '\n' if after_return => Ok(()),
            '\n' | '\r' => self.end_line(),
            '\x0c' => self.end_page(),
            '\t' => {
                let spaces = TAB - self.line.len() % TAB;
                (0..spaces).try_for_each(|_| self.push(b' '))
            }
            _ if character.is_control() => Ok(()),
            _ => self.push(in_font(character)),
        }
    }

    /// Ends the last line and page; a text without any has one empty page.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if self.row.is_some() || !self.line.is_empty() || !self.any_page {
            self.end_page()?;
        }
        self.to.flush()
    }

    /// Adds a character; a full line is broken at its last space, if it has one.
    fn push(&mut self, byte: u8) -> io::Result<()> {
        if self.line.len() == self.columns {
            let space = self.line.iter().rposition(|byte| *byte == b' ');
            let rest = match space {
                Some(space) if byte != b' ' => self.line.split_off(space + 1),
                Some(_) | None => Vec::new(),
            };
            self.end_line()?;
            self.line.extend(rest);
            if byte == b' ' {
                return Ok(());
            }
        }
        self.line.push(byte);
        Ok(())
    }

    fn end_line(&mut self) -> io::Result<()> {
        let row = match self.row {
            Some(row) if row < self.rows => row,
            Some(_) => {
                self.close_page()?;
                self.open_page()?
            }
            None => self.open_page()?,
        };
        self.to.write_all(b"<")?;
        for byte in self.line.drain(..) {
            write!(self.to, "{byte:02x}")?;
        }
        self.to.write_all(b">L\n")?;
        self.row = Some(row + 1);
        Ok(())
    }

    fn end_page(&mut self) -> io::Result<()> {
        if !self.line.is_empty() {
            self.end_line()?;
        }
        if self.row.is_none() {
            self.open_page()?;
        }
        self.close_page()
    }

    fn open_page(&mut self) -> io::Result<usize> {
        self.any_page = true;
        self.row = Some(0);
        self.to.write_all(b"B\n")?;
        Ok(0)
    }

    fn close_page(&mut self) -> io::Result<()> {
        self.row = None;
        self.to.write_all(b"E\n")
    }
}

/// The character's place in the font; what it does not have is a question mark.
fn in_font(character: char) -> u8 {
    match u32::from(character) {
        latin @ (0x20..=0x7e | 0xa0..=0xff) => latin.to_le_bytes()[0],
        _ => (0x80..=0x9f)
            .find(|byte| {
                let (found, _) =
                    WINDOWS_1252.decode_without_bom_handling(std::slice::from_ref(byte));
                found.chars().eq([character])
            })
            .unwrap_or(b'?'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> String {
        let mut written = Vec::new();
        let mut lines = Lines::new(&mut written, 10, 3);
        text.chars()
            .try_for_each(|character| lines.put(character))
            .and_then(|()| lines.finish())
            .expect("memory takes it");
        let program = String::from_utf8(written).expect("ASCII");
        program.replace('\n', " ").trim_end().to_owned()
    }

    #[test]
    fn text_is_broken_into_lines_and_pages() {
        for (text, program) in [
            ("", "B E"),
            ("a", "B <61>L E"),
            ("a\n", "B <61>L E"),
            ("a\r\nb\rc\n\nd", "B <61>L <62>L <63>L E B <>L <64>L E"),
            ("a\nb\nc\n", "B <61>L <62>L <63>L E"),
            ("a\nb\nc\n\x0cd", "B <61>L <62>L <63>L E B <64>L E"),
            ("a\x0c", "B <61>L E"),
            ("\x0c\x0ca", "B E B E B <61>L E"),
            ("0123456789\n", "B <30313233343536373839>L E"),
            ("0123456789a", "B <30313233343536373839>L <61>L E"),
            ("0123 56789a", "B <3031323320>L <353637383961>L E"),
            ("0123456789 a", "B <30313233343536373839>L <61>L E"),
            ("a\tb", "B <612020202020202062>L E"),
            (")>\\%", "B <293e5c25>L E"),
            ("é€“\u{1F600}\u{85}\0\u{1b}", "B <e980933f>L E"),
        ] {
            assert_eq!(lines(text), program, "{text:?}");
        }
    }
}
