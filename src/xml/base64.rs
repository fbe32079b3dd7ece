//! Decoding base64 that arrives in pieces, with white space anywhere.

use base64_simd::{AsOut, STANDARD_NO_PAD, forgiving_decode_to_vec};
use bytes::BytesMut;
use memchr::memchr;

use super::Malformed;

/// Characters that short lines are gathered into before they are decoded together: a call of
/// the vectorised decoder pays off only with a few hundred bytes.
const GATHERED: usize = 4096;
/// Lines at least this long are decoded where they lie.
const LONG_LINE: usize = 512;
/// How far ahead of the decoded characters to look; bounds the work that is repeated when a
/// stretch turns out to need cleaning.
const WINDOW: usize = 16 * 1024;

/// The state between two pieces of one base64 value.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// Characters not yet decoded, without line ends.
    gathered: Vec<u8>,
    /// A `=` was seen: nothing but `=` and white space may follow.
    padded: bool,
}

/// Whether `block` has no room for another group of four characters.
pub(crate) fn is_full(block: &BytesMut, limit: usize) -> bool {
    room(block, limit) == 0
}

/// How many groups of four characters still fit.
fn room(block: &BytesMut, limit: usize) -> usize {
    limit.saturating_sub(block.len()) / 3
}

impl Decoder {
    /// Decodes `text` onto the end of `block` until the text is used up or the block is full;
    /// returns how many characters of the text were used.
    pub(crate) fn feed(
        &mut self,
        text: &[u8],
        block: &mut BytesMut,
        limit: usize,
    ) -> Result<usize, Malformed> {
        let mut rest = text;
        loop {
            self.decode_gathered(block, limit)?;
            if rest.is_empty() || is_full(block, limit) {
                return Ok(text.len() - rest.len());
            }
            if self.padded {
                return if rest.iter().copied().all(is_padding) {
                    Ok(text.len())
                } else {
                    Err(Malformed::Base64)
                };
            }
            let window = &rest[..rest.len().min(WINDOW)];
            let used = match self.decode_long_line(window, block, limit) {
                0 => self.gather(window),
                used => used,
            };
            rest = &rest[used..];
        }
    }

    /// Decodes the end of the value, whose padding may be missing.
    pub(crate) fn finish(&mut self, block: &mut BytesMut) -> Result<(), Malformed> {
        self.clean()?;
        // White space to the decoder, but not to XML, which does not have it at all.
        if self.gathered.contains(&b'\x0C') {
            return Err(Malformed::Base64);
        }
        // A lone character is refused: its six bits are no byte, so data is missing.
        let tail = forgiving_decode_to_vec(&self.gathered).map_err(|_| Malformed::Base64)?;
        block.extend_from_slice(&tail);
        *self = Self::default();
        Ok(())
    }

    /// Decodes whole groups at the beginning of a long line in place. Returns 0 if the line is
    /// short, does not begin with a group, or is not plain base64.
    fn decode_long_line(&self, window: &[u8], block: &mut BytesMut, limit: usize) -> usize {
        if !self.gathered.is_empty() {
            return 0;
        }
        let line = &window[..memchr(b'\n', window).unwrap_or(window.len())];
        if line.len() < LONG_LINE {
            return 0;
        }
        let end = line
            .iter()
            .rposition(|byte| !matches!(byte, b'=' | b'\r'))
            .map_or(0, |last| last + 1);
        let groups = (end / 4).min(room(block, limit));
        if decode(&line[..groups * 4], block) {
            groups * 4
        } else {
            0
        }
    }

    /// Copies characters without their line ends; returns how many were used.
    fn gather(&mut self, window: &[u8]) -> usize {
        let mut used = 0;
        while used < window.len() && self.gathered.len() < GATHERED {
            let rest = &window[used..];
            let line_end = memchr(b'\n', rest);
            let line = &rest[..line_end.unwrap_or(rest.len())];
            // Before a long line, only what completes the group it continues.
            let most = if line.len() >= LONG_LINE && !self.gathered.is_empty() {
                4 - self.gathered.len() % 4
            } else {
                GATHERED - self.gathered.len()
            };
            let taken = line.len().min(most);
            self.gathered.extend_from_slice(&line[..taken]);
            used += taken;
            if taken < line.len() {
                break;
            }
            if line_end.is_some() {
                used += 1;
                if self.gathered.last() == Some(&b'\r') {
                    self.gathered.pop();
                }
            }
        }
        used
    }

    /// Decodes the gathered groups; leaves fewer than four characters unless the block is full.
    fn decode_gathered(&mut self, block: &mut BytesMut, limit: usize) -> Result<(), Malformed> {
        if self.decode_groups(block, limit) {
            return Ok(());
        }
        // Blanks within lines and padding are rare enough to be looked for only now.
        self.clean()?;
        if self.decode_groups(block, limit) {
            Ok(())
        } else {
            Err(Malformed::Base64)
        }
    }

    fn decode_groups(&mut self, block: &mut BytesMut, limit: usize) -> bool {
        let used = (self.gathered.len() / 4).min(room(block, limit)) * 4;
        let decoded = decode(&self.gathered[..used], block);
        if decoded {
            self.gathered.drain(..used);
        }
        decoded
    }

    /// Drops white space and the padding; fails if anything else follows the padding.
    fn clean(&mut self) -> Result<(), Malformed> {
        if let Some(start) = memchr(b'=', &self.gathered) {
            if !self.gathered[start..].iter().copied().all(is_padding) {
                return Err(Malformed::Base64);
            }
            self.gathered.truncate(start);
            self.padded = true;
        }
        self.gathered
            .retain(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        Ok(())
    }
}

/// What may stand after the first `=`.
fn is_padding(byte: u8) -> bool {
    matches!(byte, b'=' | b' ' | b'\t' | b'\r' | b'\n')
}

/// Decodes whole groups onto the end of `block`; leaves it as it was if they are not base64.
fn decode(groups: &[u8], block: &mut BytesMut) -> bool {
    let start = block.len();
    block.resize(start + groups.len() / 4 * 3, 0);
    let decoded = STANDARD_NO_PAD
        .decode(groups, block[start..].as_out())
        .is_ok();
    if !decoded {
        block.truncate(start);
    }
    decoded
}
