//! TLS on the clients' port.
//!
//! - `served`: documents, descriptions, and what is said to clients without TLS
//! - `renewal`: certificates are renewed under load, at a signal, and never for the worse
//! - `lost_answer`: a client that goes without its answer is noticed inside TLS, too
//! - `unusable`: what `serve` refuses
//! - `memory`: what many connections may take

mod lost_answer;
mod memory;
mod renewal;
mod served;
pub mod support;
mod unusable;
