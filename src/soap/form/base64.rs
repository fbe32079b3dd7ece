//! Base64 in one field.

use bytes::BytesMut;
use tokio::io::AsyncBufRead;

use super::{
    FormError,
    fields::{Data, Fields},
};
use crate::{
    soap::ReadError,
    xml::base64::{Decoder, is_full},
};

/// Base64 text on its way.
#[derive(Debug, Default)]
pub(super) struct Base64 {
    decoder: Decoder,
    /// Characters without their escapes, of which `used` are decoded.
    characters: Vec<u8>,
    used: usize,
    ended: bool,
}

/// Characters that are decoded together.
const GATHERED: usize = 4096;

impl Base64 {
    /// Looks at the first characters of the field `name`.
    pub async fn begin<R: AsyncBufRead + Unpin>(
        fields: &mut Fields<R>,
        name: &'static str,
    ) -> Result<Self, ReadError> {
        let mut data = Self::default();
        data.gather(fields, name).await?;
        Ok(data)
    }

    /// All characters, if there are no more than were looked at.
    pub fn whole(&self) -> Option<&[u8]> {
        self.ended.then_some(&self.characters)
    }

    /// An empty buffer, for who needs one in between.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        self.characters.clear();
        &mut self.characters
    }

    /// Decodes onto the end of `block` until it is full (true) or the field ends.
    pub async fn read<R: AsyncBufRead + Unpin>(
        &mut self,
        fields: &mut Fields<R>,
        name: &'static str,
        block: &mut BytesMut,
        limit: usize,
    ) -> Result<bool, ReadError> {
        loop {
            let rest = &self.characters[self.used..];
            let fed = self.decoder.feed(rest, block, limit);
            self.used += fed.map_err(|_| FormError::Data(name))?;
            if is_full(block, limit) {
                return Ok(true);
            }
            if self.ended {
                let finished = self.decoder.finish(block);
                finished.map_err(|_| FormError::Data(name))?;
                return Ok(false);
            }
            self.gather(fields, name).await?;
        }
    }

    async fn gather<R: AsyncBufRead + Unpin>(
        &mut self,
        fields: &mut Fields<R>,
        name: &'static str,
    ) -> Result<(), ReadError> {
        self.characters.clear();
        self.used = 0;
        match fields.data(&mut self.characters, GATHERED).await? {
            Data::More => {}
            Data::Ended => self.ended = true,
            // Deviation: there is no such data in the original. A blank is sent as `+`, and a
            // client that does not escape sends `+` as it is; to guess would be to store
            // something else than was meant (`forms::data`).
            Data::Plus => return Err(FormError::Data(name).into()),
        }
        Ok(())
    }
}
