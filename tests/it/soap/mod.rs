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
//! - `nested`: structures as parameters, words of an enumeration; `typed` has the operations
//! - `document_text`: text of any length as a parameter; `documents` has the operations
//! - `typed_replies`: structures, arrays, times and data in replies
//! - `streamed`: data that is read while it is sent
//! - `plain_xml`: a value as XML within a text
//! - `wsdl`: the description names what the code serves

mod body_error;
mod clients;
mod dispatch;
mod document_text;
pub mod documents;
mod faults;
mod header_blocks;
mod nested;
mod parameters;
mod plain_xml;
mod replies;
mod streamed;
pub mod support;
mod two_phases;
pub mod typed;
mod typed_replies;
mod values;
mod wsdl;
