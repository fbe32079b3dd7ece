//! The InterFAX SOAP service, `dfs.asmx`.
//!
//! A folder's map: one file an operation (parse, ask the engine, render), `codes` for the numbers
//! of errors, `service` for the dispatch, `endpoint` for HTTP.

mod cancel_file_upload;
pub mod codes;
mod endpoint;
mod exchange;
mod service;
mod start_file_upload;
mod upload_file_chunk;

pub use endpoint::{InterFax, InterFaxSettings};
pub use service::NAMESPACE;

use exchange::Exchange;

/// The front end's name in sessions, logs and metrics.
pub const PROTOCOL: &str = "interfax";
