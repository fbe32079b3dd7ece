//! Why a request is not run.

use std::io;

use thiserror::Error;

use super::{Fault, Response, form::FormError};
use crate::xml::{self, Malformed};

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
    /// A form, or a request for one, cannot be understood.
    #[error("{0}")]
    Form(FormError),
    /// What the request comes in is not read here: status 415, no body.
    #[error("not supported: {0}")]
    Unsupported(&'static str),
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
            Self::Form(error) => error.for_log(),
            Self::Malformed(_)
            | Self::Fault(_)
            | Self::Body(_)
            | Self::Unsupported(_)
            | Self::Refused(_) => {
                let mut text = self.to_string();
                if let Some((end, _)) = text.char_indices().nth(LONGEST_LOGGED) {
                    text.truncate(end);
                }
                text
            }
        }
    }

    /// The answer, faults as `fault` puts them; or the error of the body's reader.
    pub(super) fn into_answer(
        self,
        fault: impl FnOnce(Fault) -> Response,
    ) -> Result<Response, io::Error> {
        match self {
            Self::Refused(response) => Ok(response),
            Self::Malformed(_) => Ok(Response::empty(400)),
            Self::Unsupported(_) => Ok(Response::empty(415)),
            Self::Fault(reason) => Ok(fault(reason)),
            Self::Form(error) => Ok(error.into_response()),
            Self::Body(error) => Err(error),
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

impl From<FormError> for ReadError {
    fn from(error: FormError) -> Self {
        Self::Form(error)
    }
}
