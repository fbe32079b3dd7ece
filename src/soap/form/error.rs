//! What can be wrong with a form, and how the client is told.

use thiserror::Error;

use crate::soap::Response;

/// Why a form is not acted upon; its text is the answer.
///
/// Deviation: where the original has one of these texts, it goes on behind it with the name of an
/// argument of its own and the text of an inner error, and ends the line. That was about its
/// code, and clients look at the beginning (`asmx::form_answers`).
#[derive(Debug, Error, PartialEq, Eq)]
pub enum FormError {
    /// The path names no operation that the form bindings have.
    #[error("{0} Web Service method name is not valid.")]
    UnknownMethod(String),
    /// The path names an operation in other letters.
    #[error(
        "Invalid method name '{asked}',  method names are case sensitive.   The method name '{known}' with the same name but different casing was found."
    )]
    WrongCase {
        /// As in the path.
        asked: String,
        /// As it is.
        known: &'static str,
    },
    /// The content type is not that of a form.
    #[error("Request format is invalid: {0}.")]
    ContentType(String),
    /// The path does not belong to a binding, or to one that is switched off.
    #[error("Request format is unrecognized for URL unexpectedly ending in '{0}'.")]
    Unrecognized(String),
    /// A parameter is not in the form.
    #[error("Missing parameter: {0}.")]
    Missing(&'static str),
    /// A text is no value of its parameter's type.
    #[error("Cannot convert {text} to {kind}.")]
    Unconvertible {
        /// The text.
        text: String,
        /// The type, in the original's words.
        kind: &'static str,
    },
    /// Data is neither bytes nor base64. It is not told which data, because there may be megabytes.
    #[error(
        "Cannot convert {0} to System.Byte[]. It takes one field for each byte, or base64 in one field, with each + sent as %2B."
    )]
    Data(&'static str),
    /// A parameter came twice.
    #[error("The parameter {0} was sent more than once.")]
    Repeated(&'static str),
    /// The body is longer than the limit of the edge.
    #[error("Maximum request length exceeded.")]
    TooLong,
    /// More fields than [`MAX_ELEMENTS`](crate::xml::MAX_ELEMENTS), bytes of an array aside.
    #[error("beyond a limit: too many fields")]
    TooManyFields,
    /// A name longer than [`MAX_NAME`](crate::xml::MAX_NAME).
    #[error("beyond a limit: a name too long")]
    LongName,
    /// A text longer than [`MAX_TEXT`](crate::xml::MAX_TEXT), or all together longer than
    /// [`MAX_ALL_TEXT`](crate::xml::MAX_ALL_TEXT).
    #[error("beyond a limit: a text too long")]
    LongText,
    /// A text is not UTF-8.
    #[error("malformed: a text that is not UTF-8")]
    NotUtf8,
}

impl FormError {
    /// The answer: 500 with the text, or 400 without a body, as for an envelope that breaks the
    /// same rules.
    pub fn into_response(self) -> Response {
        match self {
            // Deviation: the original has no such limits, and reads what is not UTF-8 as U+FFFD
            // (`forms::limits`, `forms::escapes`).
            Self::TooManyFields | Self::LongName | Self::LongText | Self::NotUtf8 => {
                Response::empty(400)
            }
            _ => plain_text(&self.to_string()),
        }
    }

    /// What the log says: nothing that the client sent.
    pub(in crate::soap) fn for_log(&self) -> String {
        match self {
            Self::UnknownMethod(_) | Self::WrongCase { .. } => "form: no such operation".to_owned(),
            Self::ContentType(_) => "form: another content type".to_owned(),
            Self::Unrecognized(_) => "form: no such binding".to_owned(),
            Self::Unconvertible { kind, .. } => format!("form: a value is no {kind}"),
            Self::Missing(_)
            | Self::Data(_)
            | Self::Repeated(_)
            | Self::TooLong
            | Self::TooManyFields
            | Self::LongName
            | Self::LongText
            | Self::NotUtf8 => format!("form: {self}"),
        }
    }
}

/// An error of the form bindings. Its text is escaped, as in the original, because it quotes the
/// request, and a browser may take it for a page.
pub(super) fn plain_text(text: &str) -> Response {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    Response {
        status: 500,
        content_type: Some("text/plain; charset=utf-8"),
        cache_control: Some("private"),
        body: escaped.into(),
    }
}
