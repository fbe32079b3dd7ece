//! What was entered into a form.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use memchr::memchr;
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

use crate::soap::{Operation, Parameter, Type};

/// Bytes of a field, as it is sent, beyond which it is not kept. Names of sessions, accounts and
/// lists of numbers are far below.
const LONGEST: usize = 4 * 1024;

/// What was entered, as far as it is shown again: neither secrets nor document data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entered {
    values: Vec<(&'static str, String)>,
}

impl Entered {
    /// What was entered for the parameter of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.values.iter().find(|(known, _)| *known == name);
        value.map(|(_, value)| value.as_str())
    }

    /// In place of what was entered, if anything was.
    pub fn set(&mut self, name: &'static str, value: &str) {
        self.values.retain(|(known, _)| *known != name);
        self.values.push((name, value.to_owned()));
    }
}

/// The body of an urlencoded form that keeps what was entered while it is read by somebody else.
#[derive(Debug)]
pub struct Recorder<R> {
    body: R,
    /// How much of the body's buffer was looked at already.
    seen: usize,
    fields: Fields,
}

#[derive(Debug)]
struct Fields {
    wanted: Vec<&'static str>,
    current: Field,
    entered: Entered,
}

#[derive(Debug)]
enum Field {
    /// As it is sent, so far.
    Kept(Vec<u8>),
    /// Not wanted, or too long.
    Passed,
}

impl<R> Recorder<R> {
    /// Keeps what is entered for `operation`.
    pub fn new(body: R, operation: &Operation) -> Self {
        let shown = operation.parameters.iter().filter(|it| is_shown_again(it));
        Self {
            body,
            seen: 0,
            fields: Fields {
                wanted: shown.map(|parameter| parameter.name).collect(),
                current: Field::Kept(Vec::new()),
                entered: Entered::default(),
            },
        }
    }

    /// What was entered, as far as the body was read.
    pub fn entered(mut self) -> Entered {
        self.fields.end_field();
        self.fields.entered
    }
}

/// A secret is not, and document data is too large; the next piece of it is another one anyway.
pub(super) fn is_shown_again(parameter: &Parameter) -> bool {
    !parameter.is_secret && parameter.kind != Type::Base64Binary
}

impl Fields {
    fn record(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let end = memchr(b'&', bytes);
            let (part, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            self.add(part);
            if end.is_some() {
                self.end_field();
            }
            bytes = rest.get(1..).unwrap_or_default();
        }
    }

    fn add(&mut self, part: &[u8]) {
        if let Field::Kept(kept) = &mut self.current {
            if kept.len() + part.len() > LONGEST {
                self.current = Field::Passed;
            } else {
                kept.extend_from_slice(part);
            }
        }
    }

    fn end_field(&mut self) {
        let field = std::mem::replace(&mut self.current, Field::Kept(Vec::new()));
        let Field::Kept(field) = field else { return };
        for (name, value) in form_urlencoded::parse(&field) {
            let wanted = self.wanted.iter().find(|wanted| **wanted == name);
            if let Some(name) = wanted
                && self.entered.get(name).is_none()
            {
                self.entered.set(name, &value);
            }
        }
    }
}

impl<R: AsyncBufRead + Unpin> AsyncBufRead for Recorder<R> {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        let buffer = ready!(Pin::new(&mut this.body).poll_fill_buf(context))?;
        let new = buffer.get(this.seen..).unwrap_or_default();
        this.seen += new.len();
        this.fields.record(new);
        Poll::Ready(Ok(buffer))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        this.seen = this.seen.saturating_sub(amount);
        Pin::new(&mut this.body).consume(amount);
    }
}

impl<R: AsyncBufRead + Unpin> AsyncRead for Recorder<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let buffer = ready!(self.as_mut().poll_fill_buf(context))?;
        let amount = buffer.len().min(into.remaining());
        into.put_slice(&buffer[..amount]);
        self.consume(amount);
        Poll::Ready(Ok(()))
    }
}
