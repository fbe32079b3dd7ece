//! Parameters as elements of an envelope.

use bytes::BytesMut;
use tokio::io::AsyncBufRead;

use super::{Fault, ReadError, parameters::DROPPED};
use crate::xml::Reader;

/// The children of the operation's element, in the order in which they come.
#[derive(Debug)]
pub(super) struct Elements<'a, R> {
    reader: &'a mut Reader<R>,
    namespace: &'static str,
    place: Place,
    seen: Vec<&'static str>,
    /// What was seen on the levels above; as many as the reader lets elements be nested.
    above: Vec<Vec<&'static str>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Between two parameters.
    Between,
    /// In a parameter whose value was not taken.
    Inside,
    /// In the middle of base64 data.
    InsideData,
    /// In the middle of document text.
    InsideText,
    /// Behind the last one, or there are none at all.
    Behind,
}

impl<'a, R: AsyncBufRead + Unpin> Elements<'a, R> {
    /// The reader stands inside the operation's element.
    pub fn inside(reader: &'a mut Reader<R>, namespace: &'static str) -> Self {
        Self {
            reader,
            namespace,
            place: Place::Between,
            seen: Vec::new(),
            above: Vec::new(),
        }
    }

    /// The operation's element did not arrive: every parameter is missing.
    pub fn missing(reader: &'a mut Reader<R>, namespace: &'static str) -> Self {
        Self {
            reader,
            namespace,
            place: Place::Behind,
            seen: Vec::new(),
            above: Vec::new(),
        }
    }

    /// Goes to the next one of `names`, in the service's namespace and not seen before.
    pub async fn next(
        &mut self,
        names: &[&'static str],
    ) -> Result<Option<&'static str>, ReadError> {
        self.leave().await?;
        while self.place != Place::Behind {
            let Some(element) = self.reader.child().await? else {
                self.place = Place::Behind;
                break;
            };
            let known = names.iter().find(|&&name| element.is(self.namespace, name));
            match known {
                Some(&name) if !self.seen.contains(&name) => {
                    self.seen.push(name);
                    self.place = Place::Inside;
                    return Ok(Some(name));
                }
                Some(_) | None => self.reader.skip().await?,
            }
        }
        Ok(None)
    }

    /// Goes into the element, whose children are the parameters now.
    pub fn enter(&mut self) {
        self.take_value();
        self.above.push(std::mem::take(&mut self.seen));
    }

    /// Goes out again, over the rest of the children.
    pub async fn leave_structure(&mut self) -> Result<(), ReadError> {
        self.leave().await?;
        if self.place == Place::Between {
            self.reader.skip().await?;
        }
        self.seen = self.above.pop().expect("enter() comes before");
        self.place = Place::Between;
        Ok(())
    }

    /// Goes out of whatever was entered.
    pub async fn leave_all(&mut self) -> Result<(), ReadError> {
        while !self.above.is_empty() {
            self.leave_structure().await?;
        }
        Ok(())
    }

    /// The text of the element, line ends made line feeds.
    pub async fn text(&mut self) -> Result<String, ReadError> {
        self.take_value();
        Ok(self.reader.text().await?)
    }

    /// See [`Parameters::base64`](super::Parameters::base64).
    pub async fn base64(&mut self, block: &mut BytesMut, limit: usize) -> Result<bool, ReadError> {
        if self.place != Place::InsideData {
            self.take_value();
        }
        let more = self.reader.base64(block, limit).await?;
        self.place = if more {
            Place::InsideData
        } else {
            Place::Between
        };
        Ok(more)
    }

    /// See [`Parameters::text`](super::Parameters::text).
    pub async fn document_text(
        &mut self,
        block: &mut BytesMut,
        limit: usize,
    ) -> Result<bool, ReadError> {
        if self.place != Place::InsideText {
            self.take_value();
        }
        let more = self.reader.document_text(block, limit).await?;
        self.place = if more {
            Place::InsideText
        } else {
            Place::Between
        };
        Ok(more)
    }

    /// Passes over the element, or over the rest of its data or text, which is still checked.
    pub async fn leave(&mut self) -> Result<(), ReadError> {
        match self.place {
            Place::Between | Place::Behind => {}
            Place::Inside => {
                self.place = Place::Between;
                self.reader.skip().await?;
            }
            Place::InsideData => {
                let mut dropped = BytesMut::new();
                while self.base64(&mut dropped, DROPPED).await? {
                    dropped.clear();
                }
            }
            Place::InsideText => {
                let mut dropped = BytesMut::new();
                while self.document_text(&mut dropped, DROPPED).await? {
                    dropped.clear();
                }
            }
        }
        Ok(())
    }

    /// The error of a value that is none of its type, `why` in the original's words.
    pub fn unreadable(&self, why: &str) -> ReadError {
        let position = self.reader.position();
        Fault::unreadable(&format!(
            "There is an error in XML document ({position}). ---> {why}"
        ))
        .into()
    }

    fn take_value(&mut self) {
        assert_eq!(self.place, Place::Inside, "next() comes before each value");
        self.place = Place::Between;
    }
}
