//! Parameters as fields of a form.

use std::collections::VecDeque;

use bytes::{BufMut, BytesMut};
use tokio::io::AsyncBufRead;

use super::{
    FormError,
    fields::{Data, Fields},
};
use crate::{
    soap::{Parameter, ReadError, Type, parameters::DROPPED},
    xml::base64::{Decoder, is_full},
};

/// The fields of a form that are parameters, in the order in which they come.
///
/// Names are compared without regard to case, as the original's collections of fields do it.
///
/// Deviation: a parameter that comes twice is refused. The original joins the values with a comma,
/// which would have to hold back every parameter to the end of the form, and makes no sense of any
/// of ours (`forms::required`).
#[derive(Debug)]
pub(in crate::soap) struct Form<R> {
    fields: Fields<R>,
    declared: &'static [Parameter],
    seen: Vec<&'static str>,
    /// Texts that stood between the bytes of an array.
    held: VecDeque<(&'static str, String)>,
    place: Place,
    /// The parameter that was reached last.
    current: &'static str,
    data: Base64,
}

#[derive(Debug)]
enum Place {
    /// Between two parameters.
    Between,
    /// In a field whose value was not taken.
    Field,
    /// At a text that was held.
    Held(String),
    /// In the middle of base64 text.
    Text,
    /// In an array of bytes, of which one may be left to be taken.
    Bytes(Option<u8>),
}

/// Base64 text on its way.
#[derive(Debug, Default)]
struct Base64 {
    decoder: Decoder,
    /// Characters without their escapes, of which `used` are decoded.
    characters: Vec<u8>,
    used: usize,
    ended: bool,
}

/// Characters that are decoded together.
const GATHERED: usize = 4096;

impl<R: AsyncBufRead + Unpin> Form<R> {
    pub fn new(body: R, declared: &'static [Parameter]) -> Self {
        Self {
            fields: Fields::new(body),
            declared,
            seen: Vec::new(),
            held: VecDeque::new(),
            place: Place::Between,
            current: "",
            data: Base64::default(),
        }
    }

    /// Goes to the next one of `names`.
    pub async fn next(
        &mut self,
        names: &[&'static str],
    ) -> Result<Option<&'static str>, ReadError> {
        self.leave().await?;
        loop {
            (self.current, self.place) = match self.held.pop_front() {
                Some((name, text)) => (name, Place::Held(text)),
                None if self.fields.next().await? => match self.known() {
                    Some(parameter) => (self.first(parameter)?, Place::Field),
                    None => continue,
                },
                None => return Ok(None),
            };
            if names.contains(&self.current) {
                return Ok(Some(self.current));
            }
            self.leave().await?;
        }
    }

    /// The text of the field.
    pub async fn text(&mut self) -> Result<String, ReadError> {
        match std::mem::replace(&mut self.place, Place::Between) {
            Place::Field => self.fields.text().await,
            Place::Held(text) => Ok(text),
            Place::Between | Place::Text | Place::Bytes(_) => {
                unreachable!("next() comes before each value")
            }
        }
    }

    /// The data of the field; see [`Parameters::base64`](crate::soap::Parameters::base64).
    ///
    /// Deviation: the original takes an array only, one field for each byte. Here one field may
    /// also hold base64, unless it is a number of up to three digits (`forms::data`).
    pub async fn base64(&mut self, block: &mut BytesMut, limit: usize) -> Result<bool, ReadError> {
        assert!(limit >= 3, "a block takes at least one group of base64");
        if matches!(self.place, Place::Field) {
            self.begin_data().await?;
        }
        match &mut self.place {
            Place::Text => self.base64_text(block, limit).await,
            Place::Bytes(byte) => {
                let byte = byte.take();
                self.bytes(byte, block, limit).await
            }
            Place::Between | Place::Field | Place::Held(_) => {
                unreachable!("next() comes before each value")
            }
        }
    }

    /// Passes over the field, or over its data wherever that is, which is still checked.
    pub async fn leave(&mut self) -> Result<(), ReadError> {
        let is_data = match self.place {
            Place::Text | Place::Bytes(_) => true,
            Place::Field => self.known().is_some_and(is_data),
            Place::Between | Place::Held(_) => false,
        };
        if is_data {
            let mut dropped = BytesMut::new();
            while self.base64(&mut dropped, DROPPED).await? {
                dropped.clear();
            }
        }
        self.place = Place::Between;
        Ok(())
    }

    /// The error of a text that is no `kind`, unless a parameter that is declared before is
    /// missing: the original converts in that order.
    pub async fn unconvertible(&mut self, text: String, kind: &'static str) -> ReadError {
        loop {
            match self.fields.next().await {
                Ok(true) => self.seen.extend(self.known().map(|found| found.name)),
                Ok(false) => break,
                Err(error) => return error,
            }
        }
        let before = self
            .declared
            .iter()
            .take_while(|parameter| parameter.name != self.current);
        match self.first_missing(before) {
            Some(missing) => FormError::Missing(missing),
            None => FormError::Unconvertible { text, kind },
        }
        .into()
    }

    /// Every parameter has to be there, if only with nothing in it.
    pub fn check_complete(&self) -> Result<(), ReadError> {
        match self.first_missing(self.declared.iter()) {
            Some(missing) => Err(FormError::Missing(missing).into()),
            None => Ok(()),
        }
    }

    fn first_missing<'p>(
        &self,
        mut among: impl Iterator<Item = &'p Parameter>,
    ) -> Option<&'static str> {
        among
            .find(|parameter| !self.seen.contains(&parameter.name))
            .map(|parameter| parameter.name)
    }

    /// The parameter that the field is.
    fn known(&self) -> Option<&'static Parameter> {
        let name = self.fields.name();
        self.declared
            .iter()
            .find(|parameter| parameter.name.as_bytes().eq_ignore_ascii_case(name))
    }

    fn first(&mut self, parameter: &'static Parameter) -> Result<&'static str, ReadError> {
        if self.seen.contains(&parameter.name) {
            return Err(FormError::Repeated(parameter.name).into());
        }
        self.seen.push(parameter.name);
        Ok(parameter.name)
    }

    /// Tells from the first characters what the data is.
    async fn begin_data(&mut self) -> Result<(), ReadError> {
        self.data = Base64::default();
        self.gather().await?;
        // Base64 has four characters or more, so these are meant as a byte, right or wrong.
        self.place = if self.data.ended && is_number(&self.data.characters) {
            Place::Bytes(Some(byte(&self.data.characters)?))
        } else {
            Place::Text
        };
        Ok(())
    }

    async fn base64_text(&mut self, block: &mut BytesMut, limit: usize) -> Result<bool, ReadError> {
        loop {
            let data = &mut self.data;
            let rest = &data.characters[data.used..];
            let fed = data.decoder.feed(rest, block, limit);
            data.used += fed.map_err(|_| FormError::Data(self.current))?;
            if is_full(block, limit) {
                return Ok(true);
            }
            if data.ended {
                let finished = data.decoder.finish(block);
                finished.map_err(|_| FormError::Data(self.current))?;
                self.place = Place::Between;
                return Ok(false);
            }
            self.gather().await?;
        }
    }

    async fn gather(&mut self) -> Result<(), ReadError> {
        let data = &mut self.data;
        data.characters.clear();
        data.used = 0;
        match self.fields.data(&mut data.characters, GATHERED).await? {
            Data::More => {}
            Data::Ended => data.ended = true,
            // Deviation: there is no such data in the original. A blank is sent as `+`, and a
            // client that does not escape sends `+` as it is; to guess would be to store
            // something else than was meant (`forms::data`).
            Data::Plus => return Err(FormError::Data(self.current).into()),
        }
        Ok(())
    }

    /// Takes an array to its end, wherever in the form its bytes are.
    async fn bytes(
        &mut self,
        first: Option<u8>,
        block: &mut BytesMut,
        limit: usize,
    ) -> Result<bool, ReadError> {
        block.extend(first);
        while block.len() < limit {
            if !self.fields.next().await? {
                self.place = Place::Between;
                return Ok(false);
            }
            match self.known() {
                Some(parameter) if parameter.name == self.current => {
                    self.fields.uncount();
                    block.put_u8(self.one_byte().await?);
                }
                // Two arrays cannot be read side by side; no operation has two.
                Some(parameter) if is_data(parameter) => {
                    return Err(FormError::Data(parameter.name).into());
                }
                Some(parameter) => {
                    let name = self.first(parameter)?;
                    let text = self.fields.text().await?;
                    self.held.push_back((name, text));
                }
                None => {}
            }
        }
        Ok(true)
    }

    async fn one_byte(&mut self) -> Result<u8, ReadError> {
        let digits = &mut self.data.characters;
        digits.clear();
        if self.fields.data(digits, LONGEST_BYTE).await? != Data::Ended {
            return Err(FormError::Data(self.current).into());
        }
        Ok(byte(digits)?)
    }
}

fn is_data(parameter: &Parameter) -> bool {
    parameter.kind == Type::Base64Binary
}

/// Characters up to which a value that is no byte is told to the client.
const LONGEST_BYTE: usize = 16;

/// Whether this is one to three digits.
fn is_number(text: &[u8]) -> bool {
    let digits = text.trim_ascii();
    matches!(digits.len(), 1..=3) && digits.iter().all(u8::is_ascii_digit)
}

/// The byte that one to three digits say.
fn byte(text: &[u8]) -> Result<u8, FormError> {
    let digits = is_number(text).then(|| text.trim_ascii());
    digits
        .and_then(|digits| str::from_utf8(digits).ok()?.parse().ok())
        .ok_or_else(|| FormError::Unconvertible {
            text: String::from_utf8_lossy(text).into_owned(),
            kind: "System.Byte",
        })
}
