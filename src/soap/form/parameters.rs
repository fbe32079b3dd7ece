//! Parameters as fields of a form.

use std::collections::VecDeque;

use bytes::{BufMut, BytesMut};
use tokio::io::AsyncBufRead;

use super::{
    FormError,
    base64::Base64,
    byte::{byte, is_number},
    fields::{Data, Fields},
    text::Text,
};
use crate::{
    soap::{Parameter, ReadError, Type, parameters::DROPPED},
    xml::text::LONGEST_CHARACTER,
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
    text: Text,
}

#[derive(Debug)]
enum Place {
    /// Between two parameters.
    Between,
    /// In a field whose value was not taken.
    Field,
    /// At a text that was held.
    Held(String),
    /// In the middle of base64.
    Base64,
    /// In the middle of document text.
    Text,
    /// In an array of bytes, of which one may be left to be taken.
    Bytes(Option<u8>),
}

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
            text: Text::default(),
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
            Place::Between | Place::Base64 | Place::Text | Place::Bytes(_) => {
                unreachable!("next() comes before each value")
            }
        }
    }

    /// The document text of the field; see [`Parameters::text`](crate::soap::Parameters::text).
    pub async fn document_text(
        &mut self,
        block: &mut BytesMut,
        limit: usize,
    ) -> Result<bool, ReadError> {
        assert!(
            limit >= LONGEST_CHARACTER,
            "a block takes at least one character"
        );
        match std::mem::replace(&mut self.place, Place::Text) {
            Place::Field => self.text = Text::default(),
            Place::Held(text) => self.text = Text::held(text),
            Place::Text => {}
            Place::Between | Place::Base64 | Place::Bytes(_) => {
                unreachable!("next() comes before each value")
            }
        }
        let more = self.text.read(&mut self.fields, block, limit).await?;
        if !more {
            self.place = Place::Between;
        }
        Ok(more)
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
            Place::Base64 => {
                let (data, fields) = (&mut self.data, &mut self.fields);
                let more = data.read(fields, self.current, block, limit).await?;
                if !more {
                    self.place = Place::Between;
                }
                Ok(more)
            }
            Place::Bytes(byte) => {
                let byte = byte.take();
                self.bytes(byte, block, limit).await
            }
            Place::Between | Place::Field | Place::Held(_) | Place::Text => {
                unreachable!("next() comes before each value")
            }
        }
    }

    /// Passes over the field, or over its data or document text wherever that is, which is still
    /// checked.
    pub async fn leave(&mut self) -> Result<(), ReadError> {
        let known = self.known();
        let (is_data, is_document) = match self.place {
            Place::Base64 | Place::Bytes(_) => (true, false),
            Place::Text => (false, true),
            Place::Field => (known.is_some_and(is_data), known.is_some_and(is_document)),
            Place::Between | Place::Held(_) => (false, false),
        };
        let mut dropped = BytesMut::new();
        while is_data && self.base64(&mut dropped, DROPPED).await?
            || is_document && self.document_text(&mut dropped, DROPPED).await?
        {
            dropped.clear();
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
        self.data = Base64::begin(&mut self.fields, self.current).await?;
        // Base64 has four characters or more, so these are meant as a byte, right or wrong.
        self.place = match self.data.whole() {
            Some(characters) if is_number(characters) => Place::Bytes(Some(byte(characters)?)),
            Some(_) | None => Place::Base64,
        };
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
                // Document text, too, which is bounded here: no operation has it beside an array.
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
        let digits = self.data.buffer();
        if self.fields.data(digits, LONGEST_BYTE).await? != Data::Ended {
            return Err(FormError::Data(self.current).into());
        }
        Ok(byte(digits)?)
    }
}

fn is_data(parameter: &Parameter) -> bool {
    parameter.kind == Type::Base64Binary
}

fn is_document(parameter: &Parameter) -> bool {
    parameter.is_document
}

/// Characters up to which a value that is no byte is told to the client.
const LONGEST_BYTE: usize = 16;
