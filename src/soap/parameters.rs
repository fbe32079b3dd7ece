//! Reading the parameters of an operation, whichever way they are sent.

use bytes::BytesMut;
use time::OffsetDateTime;
use tokio::io::AsyncBufRead;

use super::{
    Enumeration, Operation, ReadError,
    elements::Elements,
    form::Form,
    simple::{Simple, word},
};
use crate::xml::Reader;

/// The block in which unwanted data and text is decoded, in bytes.
pub(super) const DROPPED: usize = 12 * 1024;

/// The parameters of an operation, in the order in which the client sent them.
///
/// [`next`](Self::next) goes to a parameter; then one of the other methods takes its value, or
/// the following `next` passes over it. [`enter`](Self::enter) goes into a structure, so that
/// `next` goes to its fields, and [`leave`](Self::leave) comes out of it:
///
/// ```text
/// while let Some("Query") = parameters.next(&["Query"]).await? {
///     parameters.enter();
///     while let Some("Number") = parameters.next(&["Number"]).await? {
///         number = parameters.int().await?;
///     }
///     parameters.leave().await?;
/// }
/// ```
#[derive(Debug)]
pub struct Parameters<'a, R> {
    source: Source<'a, R>,
}

#[derive(Debug)]
enum Source<'a, R> {
    Elements(Elements<'a, R>),
    Form(Form<R>),
}

impl<'a, R: AsyncBufRead + Unpin> Parameters<'a, R> {
    /// The reader stands inside the operation's element.
    pub(super) fn inside(reader: &'a mut Reader<R>, namespace: &'static str) -> Self {
        Self {
            source: Source::Elements(Elements::inside(reader, namespace)),
        }
    }

    /// The operation's element did not arrive: every parameter is missing.
    pub(super) fn missing(reader: &'a mut Reader<R>, namespace: &'static str) -> Self {
        Self {
            source: Source::Elements(Elements::missing(reader, namespace)),
        }
    }

    /// The fields of an urlencoded form; each of the operation's parameters has to be there.
    pub(super) fn of_form(body: R, operation: &'static Operation) -> Self {
        Self {
            source: Source::Form(Form::new(body, operation.parameters)),
        }
    }

    /// Goes to the next parameter that is one of `names`; `None` behind the last. What was found
    /// once is never returned again.
    ///
    /// An element counts only in the service's namespace, and only the first of its name. A field
    /// counts whatever the case of its name.
    pub async fn next(
        &mut self,
        names: &[&'static str],
    ) -> Result<Option<&'static str>, ReadError> {
        match &mut self.source {
            Source::Elements(elements) => elements.next(names).await,
            Source::Form(form) => form.next(names).await,
        }
    }

    /// Goes into the structure that [`next`](Self::next) went to: until [`leave`](Self::leave),
    /// `next` goes to its fields, in any order and by the same rules.
    ///
    /// # Panics
    /// If `next` did not go to a parameter, or the parameters are a form's: no operation with a
    /// structure among its parameters is called with one.
    pub fn enter(&mut self) {
        match &mut self.source {
            Source::Elements(elements) => elements.enter(),
            Source::Form(_) => unreachable!("a form has no structures"),
        }
    }

    /// Goes out of the structure that was entered last, over what is left of it.
    ///
    /// # Panics
    /// If none was entered.
    pub async fn leave(&mut self) -> Result<(), ReadError> {
        match &mut self.source {
            Source::Elements(elements) => elements.leave_structure().await,
            Source::Form(_) => unreachable!("a form has no structures"),
        }
    }

    /// A `string`: not trimmed; in an envelope, line ends made line feeds.
    pub async fn string(&mut self) -> Result<String, ReadError> {
        match &mut self.source {
            Source::Elements(elements) => elements.text().await,
            Source::Form(form) => form.text().await,
        }
    }

    /// A `boolean`: exactly `true`, `false`, `1` or `0`, but for white space around it; in a form
    /// `true` or `false` in any case.
    pub async fn boolean(&mut self) -> Result<bool, ReadError> {
        self.value().await
    }

    /// A `short`: as [`int`](Self::int), of 16 bits.
    pub async fn short(&mut self) -> Result<i16, ReadError> {
        self.value().await
    }

    /// An `int`: digits with an optional sign, but for white space around it.
    pub async fn int(&mut self) -> Result<i32, ReadError> {
        self.value().await
    }

    /// A `long`: as [`int`](Self::int), of 64 bits.
    pub async fn long(&mut self) -> Result<i64, ReadError> {
        self.value().await
    }

    /// A `dateTime`, or a `date`, which is midnight. Without an offset it is taken for UTC.
    ///
    /// In the original's language one that is missing is the first of January of the year 1.
    pub async fn date_time(&mut self) -> Result<OffsetDateTime, ReadError> {
        self.value().await
    }

    /// A word of `one_of`, but for white space around it; one that is missing is the first.
    pub async fn choice(
        &mut self,
        one_of: &'static Enumeration,
    ) -> Result<&'static str, ReadError> {
        let text = self.string().await?;
        let word = word(one_of, &text);
        match &mut self.source {
            Source::Elements(elements) => word.map_err(|why| elements.unreadable(&why)),
            Source::Form(form) => match word {
                Ok(word) => Ok(word),
                Err(_) => Err(form.unconvertible(text, one_of.name).await),
            },
        }
    }

    async fn value<T: Simple>(&mut self) -> Result<T, ReadError> {
        let text = self.string().await?;
        match &mut self.source {
            Source::Elements(elements) => {
                T::of_element(&text).map_err(|why| elements.unreadable(&why))
            }
            Source::Form(form) => match T::of_field(&text) {
                Some(value) => Ok(value),
                None => Err(form.unconvertible(text, T::NAME).await),
            },
        }
    }

    /// A `base64Binary`: appends decoded bytes to `block` until it holds up to `limit` bytes
    /// (true: take them and call again) or the value ends (false).
    ///
    /// A full block holds at least `limit - 2` bytes. An empty element or field has no bytes.
    ///
    /// # Panics
    /// If `limit` is below 3.
    pub async fn base64(&mut self, block: &mut BytesMut, limit: usize) -> Result<bool, ReadError> {
        match &mut self.source {
            Source::Elements(elements) => elements.base64(block, limit).await,
            Source::Form(form) => form.base64(block, limit).await,
        }
    }

    /// A `string` that is a document: as [`string`](Self::string), but never held and so of any
    /// length. Appends UTF-8 to `block` until it holds up to `limit` bytes (true: take them and
    /// call again) or the value ends (false).
    ///
    /// A full block holds at least `limit - 3` bytes, and whole characters.
    ///
    /// # Panics
    /// If `limit` is below 4.
    pub async fn text(&mut self, block: &mut BytesMut, limit: usize) -> Result<bool, ReadError> {
        match &mut self.source {
            Source::Elements(elements) => elements.document_text(block, limit).await,
            Source::Form(form) => form.document_text(block, limit).await,
        }
    }

    /// Passes over the parameter, or over the rest of its data or text, which is still checked.
    pub async fn skip(&mut self) -> Result<(), ReadError> {
        match &mut self.source {
            Source::Elements(elements) => elements.leave().await,
            Source::Form(form) => form.leave().await,
        }
    }

    /// Passes over everything up to the end of the operation's element, or of the form, of which
    /// nothing may be missing.
    pub(super) async fn finish(mut self) -> Result<(), ReadError> {
        if let Source::Elements(elements) = &mut self.source {
            elements.leave_all().await?;
        }
        while self.next(&[]).await?.is_some() {}
        match self.source {
            Source::Elements(_) => Ok(()),
            Source::Form(form) => form.check_complete(),
        }
    }
}
