//! The HTTP GET and POST bindings: an operation's parameters as an urlencoded form.
//!
//! ```text
//! POST /dfs.asmx/CancelFileUpload    SessionID=...       handle_form
//! GET  /dfs.asmx/CancelFileUpload?SessionID=...          handle_query
//! bytes -> fields -> parameters -> Service::read, Service::run -> one element with the result
//! ```
//!
//! A form is read while it arrives, as an envelope is: data and document text are decoded into the
//! caller's block and never held, and other texts are bounded as in [`crate::xml`].

mod base64;
mod byte;
mod call;
mod error;
mod fields;
mod parameters;
mod percent;
mod text;

/// The media type of a form.
pub const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

pub use call::{call_form, handle_form, handle_query, unrecognized};
pub use error::FormError;
pub use percent::decode as percent_decode;

pub(super) use parameters::Form;
