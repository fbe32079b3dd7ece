//! The header of a gzip member (RFC 1952), read byte by byte and thrown away.

use crc32fast::Hasher;

use super::Malformed;

const MAGIC: [u8; 3] = [0x1F, 0x8B, 8];
/// Magic, flags, time, extra flags, operating system.
const FIXED: u8 = 10;

const CHECKSUM: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

/// A header on its way in. Names and comments are not kept, so it needs no memory for them.
pub(super) struct Header {
    part: Part,
    flags: u8,
    checksum: Hasher,
}

enum Part {
    Fixed(u8),
    ExtraLength(Option<u8>),
    Extra(u16),
    Name,
    Comment,
    Checksum(Option<u8>),
    End,
}

impl Header {
    pub(super) fn new() -> Self {
        Self {
            part: Part::Fixed(0),
            flags: 0,
            checksum: Hasher::new(),
        }
    }

    /// Takes the next byte; whether it was the last one of the header.
    pub(super) fn take(&mut self, byte: u8) -> Result<bool, Malformed> {
        let before = self.checksum.clone();
        self.checksum.update(&[byte]);
        self.part = match self.part {
            Part::Fixed(index) => {
                if MAGIC.get(usize::from(index)).is_some_and(|&is| is != byte) {
                    return Err(Malformed::Header);
                }
                if usize::from(index) == MAGIC.len() {
                    self.flags = byte;
                }
                match index + 1 {
                    FIXED if self.flags & RESERVED != 0 => return Err(Malformed::Header),
                    FIXED => self.after(0),
                    next => Part::Fixed(next),
                }
            }
            Part::ExtraLength(None) => Part::ExtraLength(Some(byte)),
            Part::ExtraLength(Some(low)) => match u16::from_le_bytes([low, byte]) {
                0 => self.after(EXTRA),
                length => Part::Extra(length),
            },
            Part::Extra(1) => self.after(EXTRA),
            Part::Extra(left) => Part::Extra(left - 1),
            Part::Name if byte == 0 => self.after(NAME),
            Part::Name => Part::Name,
            Part::Comment if byte == 0 => self.after(COMMENT),
            Part::Comment => Part::Comment,
            Part::Checksum(None) => {
                // What is checked ends before the checksum itself.
                self.checksum = before;
                Part::Checksum(Some(byte))
            }
            Part::Checksum(Some(low)) => {
                let [first, second, ..] = before.finalize().to_le_bytes();
                if [first, second] != [low, byte] {
                    return Err(Malformed::Header);
                }
                Part::End
            }
            Part::End => Part::End,
        };
        Ok(matches!(self.part, Part::End))
    }

    /// The part that follows the one with the flag `done`; the parts come in the order of this
    /// list.
    fn after(&self, done: u8) -> Part {
        let parts = [
            (EXTRA, Part::ExtraLength(None)),
            (NAME, Part::Name),
            (COMMENT, Part::Comment),
            (CHECKSUM, Part::Checksum(None)),
        ];
        let start = parts
            .iter()
            .position(|(flag, _)| *flag == done)
            .map_or(0, |index| index + 1);
        parts
            .into_iter()
            .skip(start)
            .find(|(flag, _)| self.flags & flag != 0)
            .map_or(Part::End, |(_, part)| part)
    }
}
