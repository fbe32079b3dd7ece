//! Reading the parameters of an operation.

use std::{io, num::IntErrorKind};

use bytes::BytesMut;
use thiserror::Error;
use tokio::io::AsyncBufRead;

use super::{Fault, Response};
use crate::xml::{self, Malformed, Reader};

/// Why a request ends before its operation runs.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The body could not be read: the error of the reader handed to
    /// [`handle()`](super::handle()), untouched.
    #[error("the body could not be read: {0}")]
    Body(io::Error),
    /// The body is not acceptable XML, or document data is not base64: status 400, no body.
    ///
    /// Deviation: so is a document beyond the limits of [`crate::xml`], of which ASMX has none
    /// (`tests/it/xml/limits.rs`).
    #[error("{0}")]
    Malformed(xml::Error),
    /// The request is well formed so far, but cannot be understood.
    #[error("fault: {}", .0.reason)]
    Fault(Fault),
    /// The request is answered without a look at the rest of it.
    #[error("refused with status {}", .0.status)]
    Refused(Response),
}

impl ReadError {
    /// What the log says: never the text of a parameter, which may be a password or the name of
    /// a session that went into the wrong element.
    pub(super) fn for_log(&self) -> String {
        match self {
            Self::Malformed(xml::Error::Malformed(Malformed::Token(_))) => {
                "malformed: a broken token, or an end tag that closes another element".to_owned()
            }
            Self::Fault(fault) if fault.is_about_a_parameter() => {
                "fault: a parameter could not be read".to_owned()
            }
            Self::Malformed(_) | Self::Fault(_) | Self::Body(_) | Self::Refused(_) => {
                let mut text = self.to_string();
                if let Some((end, _)) = text.char_indices().nth(LONGEST_LOGGED) {
                    text.truncate(end);
                }
                text
            }
        }
    }
}

/// Characters of a refusal that are logged.
const LONGEST_LOGGED: usize = 200;

impl From<xml::Error> for ReadError {
    fn from(error: xml::Error) -> Self {
        match error {
            xml::Error::Body(error) => Self::Body(error),
            xml::Error::Malformed(_) | xml::Error::Limit(_) => Self::Malformed(error),
        }
    }
}

impl From<Fault> for ReadError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// The parameters of an operation, in the order in which the client sent them.
///
/// [`next`](Self::next) goes to a parameter; then one of the other methods takes its value, or
/// the following `next` passes over it.
#[derive(Debug)]
pub struct Parameters<'a, R> {
    reader: &'a mut Reader<R>,
    namespace: &'static str,
    place: Place,
    seen: Vec<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Between two parameters.
    Between,
    /// In a parameter whose value was not taken.
    Inside,
    /// In the middle of base64 data.
    InsideData,
    /// Behind the last one, or there are none at all.
    Behind,
}

impl<'a, R: AsyncBufRead + Unpin> Parameters<'a, R> {
    /// The reader stands inside the operation's element.
    pub(super) fn inside(reader: &'a mut Reader<R>, namespace: &'static str) -> Self {
        Self {
            reader,
            namespace,
            place: Place::Between,
            seen: Vec::new(),
        }
    }

    /// The operation's element did not arrive: every parameter is missing.
    pub(super) fn missing(reader: &'a mut Reader<R>, namespace: &'static str) -> Self {
        Self {
            reader,
            namespace,
            place: Place::Behind,
            seen: Vec::new(),
        }
    }

    /// Goes to the next parameter that is one of `names`; `None` behind the last. An element
    /// counts only in the service's namespace, and only the first of its name: what was found
    /// once is never returned again.
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

    /// A `string`: not trimmed, line ends made line feeds.
    pub async fn string(&mut self) -> Result<String, ReadError> {
        self.take_value();
        Ok(self.reader.text().await?)
    }

    /// A `boolean`: exactly `true`, `false`, `1` or `0`, but for white space around it.
    pub async fn boolean(&mut self) -> Result<bool, ReadError> {
        let text = self.string().await?;
        match trim(&text) {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            other => Err(self.unreadable(&format!(
                "The string '{other}' is not a valid Boolean value."
            ))),
        }
    }

    /// An `int`: digits with an optional sign, but for white space around it.
    pub async fn int(&mut self) -> Result<i32, ReadError> {
        let text = self.string().await?;
        trim(&text)
            .parse()
            .map_err(|error: std::num::ParseIntError| {
                self.unreadable(match error.kind() {
                    IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => {
                        "Value was either too large or too small for an Int32."
                    }
                    // The enum is the standard library's, and open; the rest of it is about form.
                    _ => "Input string was not in a correct format.",
                })
            })
    }

    /// A `base64Binary`: appends decoded bytes to `block` until it holds up to `limit` bytes
    /// (true: take them and call again) or the value ends (false).
    ///
    /// A full block holds at least `limit - 2` bytes. An empty element has no bytes.
    ///
    /// # Panics
    /// If `limit` is below 3.
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

    /// Passes over the parameter, or over the rest of its data, which is still checked.
    pub async fn skip(&mut self) -> Result<(), ReadError> {
        self.leave().await
    }

    /// Passes over everything up to the end of the operation's element.
    pub(super) async fn finish(mut self) -> Result<(), ReadError> {
        while self.next(&[]).await?.is_some() {}
        Ok(())
    }

    async fn leave(&mut self) -> Result<(), ReadError> {
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
        }
        Ok(())
    }

    fn take_value(&mut self) {
        assert_eq!(self.place, Place::Inside, "next() comes before each value");
        self.place = Place::Between;
    }

    fn unreadable(&self, why: &str) -> ReadError {
        let position = self.reader.position();
        Fault::unreadable(&format!(
            "There is an error in XML document ({position}). ---> {why}"
        ))
        .into()
    }
}

/// The block in which unwanted data is decoded, in bytes.
const DROPPED: usize = 12 * 1024;

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}
