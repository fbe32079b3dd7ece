//! A small SOAP server: envelopes 1.1 and 1.2 over POST, operation dispatch, faults, and what the
//! service says about itself: WSDL, discovery, help page.
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

mod content_type;
mod contract;
pub mod disco;
mod envelope;
mod fault;
mod handle;
pub mod help;
mod parameters;
mod reply;
mod response;
mod routing;
mod service;
mod version;
pub mod wsdl;

pub use contract::{Contract, Operation, Parameter, Type};
pub use fault::{Fault, FaultCode};
pub use handle::{Outcome, RequestHead, handle};
pub use parameters::{Parameters, ReadError};
pub use reply::Reply;
pub use response::Response;
pub use service::Service;
pub use version::Version;
