//! TLS on the clients' port.
//!
//! - `served`: documents, descriptions, and what is said to clients without TLS
//! - `renewal`: certificates are renewed under load, at a signal, and never for the worse
//! - `lost_answer`: a client that goes without its answer is noticed inside TLS, too
//! - `unusable`: what `serve` refuses
//! - `memory`: what many connections may take
//! - `page`: the certificate that `docs/UNCHANGED-CLIENTS.md` tells how to make
//! - `nginx`: clients that are too old for TLS 1.2, behind the shipped configuration

mod lost_answer;
mod memory;
mod nginx;
mod page;
mod renewal;
mod served;
pub mod support;
mod unusable;
