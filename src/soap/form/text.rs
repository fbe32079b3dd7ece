//! Document text in a field.

use bytes::BytesMut;
use tokio::io::AsyncBufRead;

use super::{FormError, fields::Fields};
use crate::{
    soap::ReadError,
    xml::text::{is_full, whole_characters},
};

/// Document text on its way.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// Bytes without their escapes, of which `used` were given; the last may be the beginning of a
    /// character.
    bytes: Vec<u8>,
    used: usize,
    ended: bool,
}

/// Bytes that are looked at together.
const GATHERED: usize = 4096;

impl Text {
    /// A text that was held back.
    pub fn held(text: String) -> Self {
        Self {
            bytes: text.into_bytes(),
            used: 0,
            ended: true,
        }
    }

    /// Adds whole characters to the end of `block` until it is full (true) or the field ends.
    pub async fn read<R: AsyncBufRead + Unpin>(
        &mut self,
        fields: &mut Fields<R>,
        block: &mut BytesMut,
        limit: usize,
    ) -> Result<bool, ReadError> {
        loop {
            let rest = &self.bytes[self.used..];
            let text = whole_characters(rest, block, limit).map_err(|_| FormError::NotUtf8)?;
            block.extend_from_slice(text.as_bytes());
            self.used += text.len();
            if is_full(block, limit) {
                return Ok(true);
            }
            self.bytes.drain(..self.used);
            self.used = 0;
            if self.ended {
                // What is left had room, so it is half a character.
                let is_whole = self.bytes.is_empty();
                return is_whole
                    .then_some(false)
                    .ok_or_else(|| FormError::NotUtf8.into());
            }
            self.ended = !fields.part_of_text(&mut self.bytes, GATHERED).await?;
        }
    }
}
