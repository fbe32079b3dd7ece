//! A small SOAP server: envelopes 1.1 and 1.2 over POST, operation dispatch, faults; the same
//! operations as forms, over GET and POST; and what the service says about itself: WSDL, discovery,
//! help page.
//!
//! It answers as ASP.NET's ASMX did, byte for byte where old clients look, because they were
//! generated against that. It knows neither HTTP servers nor what the operations do: the edge
//! hands [`handle()`] two header values and the body, a [`Service`] reads its parameters and runs.
//!
//! ```text
//! content type, SOAPAction -> routing      which operation, or that the body shall tell
//! body -> envelope                         version, header blocks, the element in Body
//!      -> parameters -> Service::read      phase 1: nothing may take effect
//!      -> the rest of the envelope         an envelope cut short or malformed ends here
//!      -> Service::run -> reply or fault   phase 2
//! ```
//!
//! [`handle_form`] and [`handle_query`] do the same with the fields of a form instead of an
//! envelope, and [`call_form`] gives the reply to who shows it in another way.

mod base64;
mod body;
mod content_type;
mod contract;
mod data;
mod date_time;
pub mod disco;
mod elements;
mod envelope;
mod fault;
mod form;
mod handle;
pub mod help;
mod parameters;
mod read_error;
mod reply;
mod response;
mod routing;
mod service;
mod simple;
mod value;
mod version;
mod written;
pub mod wsdl;

pub use body::Body;
pub use content_type::media_type;
pub use contract::{Array, Contract, Enumeration, Field, Operation, Parameter, Structure, Type};
pub use data::Data;
pub use fault::{Fault, FaultCode};
pub use form::{
    FormError, MEDIA_TYPE as FORM_MEDIA_TYPE, call_form, handle_form, handle_query, percent_decode,
    unrecognized,
};
pub use handle::{Outcome, RequestHead, handle};
pub use parameters::Parameters;
pub use read_error::ReadError;
pub use reply::Reply;
pub use response::Response;
pub use service::Service;
pub use value::{IntoValue, Value};
pub use version::Version;
pub use written::to_xml;
