//! Text that arrives in pieces, held to the rules that the tokenizer's texts are held to.

use std::{mem, str::Utf8Error};

use bytes::BytesMut;
use memchr::memchr2;

use super::{Malformed, characters::check_characters};

/// The longest character, in bytes.
pub(crate) const LONGEST_CHARACTER: usize = 4;

/// Whether `block` has no room for another character, however long.
pub(crate) fn is_full(block: &BytesMut, limit: usize) -> bool {
    room(block, limit) < LONGEST_CHARACTER
}

fn room(block: &BytesMut, limit: usize) -> usize {
    limit.saturating_sub(block.len())
}

/// The whole characters of `bytes`, behind which another may have begun; if there is room for it
/// only in part, it does not belong to them.
pub(crate) fn whole_characters<'b>(
    bytes: &'b [u8],
    block: &BytesMut,
    limit: usize,
) -> Result<&'b str, Utf8Error> {
    let bytes = &bytes[..bytes.len().min(room(block, limit))];
    match str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => str::from_utf8(&bytes[..error.valid_up_to()]),
        whole => whole,
    }
}

/// The state between two pieces of one text.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// Inside a CDATA section.
    in_section: bool,
    /// The beginning of a character whose rest is in the next piece.
    begun: Vec<u8>,
    /// A carriage return was read last, which became a line feed; one that follows belongs to it.
    after_return: bool,
    /// How many square brackets were read last, two at most. In a section they are held back,
    /// because they may belong to its end.
    brackets: usize,
}

impl Decoder {
    pub fn in_section(&self) -> bool {
        self.in_section
    }

    /// Adds `piece`, in which neither markup nor references are left, to `block`: until the piece
    /// is used up, the section ends or the block is full. Returns how many bytes were used.
    pub fn feed(
        &mut self,
        piece: &[u8],
        block: &mut BytesMut,
        limit: usize,
    ) -> Result<usize, Malformed> {
        let in_section = self.in_section;
        let mut rest = piece;
        while !rest.is_empty() && !is_full(block, limit) && in_section == self.in_section {
            let used = self.step(rest, block, limit)?;
            rest = &rest[used..];
        }
        Ok(piece.len() - rest.len())
    }

    /// Markup or a reference follows, or nothing: no character and no line end goes on behind it.
    pub fn interrupt(&mut self) -> Result<(), Malformed> {
        str::from_utf8(&self.begun).map_err(not_utf8)?;
        self.after_return = false;
        self.brackets = 0;
        Ok(())
    }

    /// A section follows.
    pub fn begin_section(&mut self) {
        self.in_section = true;
    }

    /// Takes one thing from the beginning of `rest`; nothing if it first gives what was held back.
    fn step(
        &mut self,
        rest: &[u8],
        block: &mut BytesMut,
        limit: usize,
    ) -> Result<usize, Malformed> {
        if !self.begun.is_empty() {
            return self.go_on(rest[0], block);
        }
        let after_return = mem::take(&mut self.after_return);
        match rest[0] {
            b']' => self.bracket(block),
            b'>' if self.brackets == 2 => {
                if !self.in_section {
                    return Err(Malformed::SectionEnd);
                }
                self.in_section = false;
                self.brackets = 0;
            }
            _ if self.brackets > 0 => {
                let held = if self.in_section { self.brackets } else { 0 };
                block.extend_from_slice(&b"]]"[..held]);
                self.brackets = 0;
                return Ok(0);
            }
            b'\n' if after_return => {}
            b'\r' => {
                block.extend_from_slice(b"\n");
                self.after_return = true;
            }
            _ => return self.characters(rest, block, limit),
        }
        Ok(1)
    }

    /// A bracket: of three in a section the first does not belong to its end.
    fn bracket(&mut self, block: &mut BytesMut) {
        if !self.in_section || self.brackets == 2 {
            block.extend_from_slice(b"]");
        }
        self.brackets = (self.brackets + 1).min(2);
    }

    /// Takes what stands for itself, or the beginning of a character if that is all there is.
    fn characters(
        &mut self,
        rest: &[u8],
        block: &mut BytesMut,
        limit: usize,
    ) -> Result<usize, Malformed> {
        // No further than will be used: the rest is looked at again for the next block.
        let rest = &rest[..rest.len().min(room(block, limit))];
        let run = &rest[..memchr2(b']', b'\r', rest).unwrap_or(rest.len())];
        let text = whole_characters(run, block, limit).map_err(not_utf8)?;
        if text.is_empty() {
            self.begun.extend_from_slice(run);
            return Ok(run.len());
        }
        check_characters(text)?;
        block.extend_from_slice(text.as_bytes());
        Ok(text.len())
    }

    /// Takes the next byte of a character that has begun.
    fn go_on(&mut self, byte: u8, block: &mut BytesMut) -> Result<usize, Malformed> {
        self.begun.push(byte);
        match str::from_utf8(&self.begun) {
            Ok(character) => {
                check_characters(character)?;
                block.extend_from_slice(character.as_bytes());
                self.begun.clear();
            }
            Err(error) if error.error_len().is_none() => {}
            Err(error) => return Err(not_utf8(error)),
        }
        Ok(1)
    }
}

/// The error that the tokenizer has for it.
fn not_utf8(error: Utf8Error) -> Malformed {
    Malformed::Token(error.into())
}
