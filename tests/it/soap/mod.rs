//! The SOAP server, on envelopes in memory, each read in pieces of 1, 2, 3 and 7 bytes and whole.
//!
//! - `clients`: what recorded client programs send
//! - `dispatch`: which operation runs, and who is turned away
//! - `header_blocks`: mustUnderstand
//! - `parameters`: order, repetition, namespaces, types
//! - `values`: numbers of 64 bits and times
//! - `replies`, `faults`: the exact bytes that go back
//! - `two_phases`: an envelope cut at any byte, or malformed at its end, runs nothing
//! - `body_error`: errors of the body's reader reach the edge
//! - `wsdl`: the description names what the code serves

mod body_error;
mod clients;
mod dispatch;
mod faults;
mod header_blocks;
mod parameters;
mod replies;
pub mod support;
mod two_phases;
mod values;
mod wsdl;
