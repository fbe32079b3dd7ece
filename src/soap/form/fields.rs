//! The fields of a form, one after another, out of a stream.

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

use super::{
    FormError,
    percent::{Decoder, Part, Stop},
};
use crate::{
    soap::ReadError,
    xml::{MAX_ALL_TEXT, MAX_ELEMENTS, MAX_NAME, MAX_TEXT},
};

/// Reads `name=value&name=value`, holding one name and what is asked for of one value.
#[derive(Debug)]
pub(super) struct Fields<R> {
    source: R,
    decoder: Decoder,
    name: Vec<u8>,
    place: Place,
    counted: usize,
    /// Bytes of the texts that were asked for.
    texts: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before a name.
    Between,
    /// In a value.
    Value,
    /// Behind the last byte.
    End,
}

/// What [`Fields::data`] found behind the bytes it gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// More of the same value.
    More,
    /// The end of the value.
    Ended,
    /// A literal `+`.
    Plus,
}

/// The block in which a value is passed over, in bytes.
const SKIPPED: usize = 4096;

impl<R: AsyncBufRead + Unpin> Fields<R> {
    pub fn new(source: R) -> Self {
        Self {
            source,
            decoder: Decoder::default(),
            name: Vec::new(),
            place: Place::Between,
            counted: 0,
            texts: 0,
        }
    }

    /// Goes to the next field, over the rest of this one; false behind the last. What has no `=`
    /// has no name in the original, and is passed over.
    pub async fn next(&mut self) -> Result<bool, ReadError> {
        let mut skipped = Vec::new();
        while self.place == Place::Value {
            skipped.clear();
            self.value(Part::Text, &mut skipped, SKIPPED).await?;
        }
        while self.place != Place::End {
            self.counted += 1;
            if self.counted > MAX_ELEMENTS {
                return Err(FormError::TooManyFields.into());
            }
            let mut name = std::mem::take(&mut self.name);
            name.clear();
            let stop = self.take(Part::Name, &mut name, MAX_NAME + 1).await?;
            self.name = name;
            if self.name.len() > MAX_NAME {
                return Err(FormError::LongName.into());
            }
            match stop {
                Some(Stop::Equals) => {
                    self.place = Place::Value;
                    return Ok(true);
                }
                Some(_) => {}
                None => self.place = Place::End,
            }
        }
        Ok(false)
    }

    /// The name of the field.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Leaves this field out of the limit on their number.
    pub fn uncount(&mut self) {
        self.counted -= 1;
    }

    /// The text of the field.
    pub async fn text(&mut self) -> Result<String, ReadError> {
        let mut text = Vec::new();
        self.value(Part::Text, &mut text, MAX_TEXT + 1).await?;
        self.texts += text.len();
        if text.len() > MAX_TEXT || self.texts > MAX_ALL_TEXT {
            return Err(FormError::LongText.into());
        }
        String::from_utf8(text).map_err(|_| FormError::NotUtf8.into())
    }

    /// Adds the next bytes of the value to `into`, until that has `most` of them; whether there may
    /// be more.
    pub async fn part_of_text(
        &mut self,
        into: &mut Vec<u8>,
        most: usize,
    ) -> Result<bool, ReadError> {
        Ok(self.value(Part::Text, into, most).await? != Data::Ended)
    }

    /// Adds the next characters of base64 to `into`, until that has `most` of them.
    pub async fn data(&mut self, into: &mut Vec<u8>, most: usize) -> Result<Data, ReadError> {
        self.value(Part::Data, into, most).await
    }

    async fn value(
        &mut self,
        part: Part,
        into: &mut Vec<u8>,
        most: usize,
    ) -> Result<Data, ReadError> {
        Ok(match self.take(part, into, most).await? {
            Some(Stop::Full) => Data::More,
            Some(Stop::Plus) => Data::Plus,
            Some(Stop::Ampersand | Stop::Equals) => {
                self.place = Place::Between;
                Data::Ended
            }
            None => {
                self.place = Place::End;
                Data::Ended
            }
        })
    }

    /// Decodes onto the end of `into` up to a delimiter, to `most` bytes, or to the end (`None`).
    async fn take(
        &mut self,
        part: Part,
        into: &mut Vec<u8>,
        most: usize,
    ) -> Result<Option<Stop>, ReadError> {
        loop {
            let available = self.source.fill_buf().await.map_err(ReadError::Body)?;
            if available.is_empty() {
                self.decoder.finish(into);
                return Ok(None);
            }
            let (used, stop) = self.decoder.decode(available, part, into, most);
            self.source.consume(used);
            if stop.is_some() {
                return Ok(stop);
            }
        }
    }
}
