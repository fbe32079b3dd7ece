//! What was entered into a form.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use memchr::memchr;
use tokio::{
    io::{AsyncBufRead, AsyncRead, ReadBuf},
    sync::{Semaphore, SemaphorePermit},
};

use crate::soap::{Operation, Parameter, Type};

/// Bytes of a field, as it is sent, beyond which it is not kept. Names of sessions, accounts and
/// lists of numbers are far below.
const LONGEST: usize = 4 * 1024;

/// Bytes of document data or text, as it is sent, beyond which it is not kept. Who enters more has a file,
/// and pastes it again.
const LONGEST_DATA: usize = 64 * 1024;

/// How many pages may show data longer than [`LONGEST`] at once: with more, the memory they take
/// would grow with the number of clients.
static PLACES: Semaphore = Semaphore::const_new(16);

/// The place of a page among those that show long data.
pub(super) type Place = Arc<SemaphorePermit<'static>>;

/// What was entered, as far as it may be shown again: no secrets, and no long data.
#[derive(Clone, Debug, Default)]
pub struct Entered {
    values: Vec<(&'static str, String)>,
    /// The names of the values that are document data or text.
    data: Vec<&'static str>,
    place: Option<Place>,
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

    /// Keeps no document data any longer.
    pub(super) fn forget_data(&mut self) {
        self.values.retain(|(name, _)| !self.data.contains(name));
        self.place = None;
    }

    /// What a page that shows all this has to hold.
    pub(super) fn place(&self) -> Option<Place> {
        self.place.clone()
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
        let shown = operation.parameters.iter().filter(|it| !it.is_secret);
        let is_data = |it: &&Parameter| it.kind == Type::Base64Binary || it.is_document;
        let data = shown.clone().filter(is_data);
        Self {
            body,
            seen: 0,
            fields: Fields {
                wanted: shown.map(|parameter| parameter.name).collect(),
                current: Field::Kept(Vec::new()),
                entered: Entered {
                    data: data.map(|parameter| parameter.name).collect(),
                    ..Entered::default()
                },
            },
        }
    }

    /// What was entered, as far as the body was read.
    pub fn entered(mut self) -> Entered {
        self.fields.end_field();
        self.fields.entered
    }
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
        let Field::Kept(kept) = &self.current else {
            return;
        };
        let length = kept.len() + part.len();
        let may_be_kept = length <= LONGEST
            || length <= LONGEST_DATA && self.is_data(kept, part) && self.take_place();
        match &mut self.current {
            Field::Kept(kept) if may_be_kept => kept.extend_from_slice(part),
            current => {
                *current = Field::Passed;
                self.leave_place();
            }
        }
    }

    /// Whether the field that begins with `kept` and goes on with `part` is document data.
    fn is_data(&self, kept: &[u8], part: &[u8]) -> bool {
        let field = kept.iter().chain(part).copied();
        self.entered.data.iter().any(|name| {
            let begins = name.bytes().chain(*b"=");
            field.clone().take(name.len() + 1).eq(begins)
        })
    }

    /// A place for long data, taken once for all fields.
    fn take_place(&mut self) -> bool {
        if self.entered.place.is_none() {
            self.entered.place = PLACES.try_acquire().ok().map(Arc::new);
        }
        self.entered.place.is_some()
    }

    /// Leaves the place to others, unless it is needed for another field.
    fn leave_place(&mut self) {
        let data = &self.entered.data;
        if !data.iter().any(|name| self.entered.get(name).is_some()) {
            self.entered.place = None;
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
