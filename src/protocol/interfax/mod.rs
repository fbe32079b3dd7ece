//! The InterFAX SOAP service, `dfs.asmx`.
//!
//! A folder's map: `faxes` for the operations on faxes; here one file an operation (parse, ask the engine, render), `codes` for the numbers
//! of errors and `meanings` for what they say to people, `service` for the dispatch, `endpoint` for
//! HTTP, `documents` for what is read by people and by tools, `test_form` for trying operations,
//! `types` for structures, arrays and enumerations.

mod cancel_file_upload;
pub mod codes;
mod documents;
mod endpoint;
mod exchange;
mod faxes;
mod meanings;
mod service;
mod start_file_upload;
mod test_form;
mod types;
mod upload_file_chunk;

pub use endpoint::{InterFax, InterFaxSettings};
pub use service::{CONTRACT, NAMESPACE};

use exchange::Exchange;

/// The front end's name in sessions, logs and metrics.
pub const PROTOCOL: &str = "interfax";
