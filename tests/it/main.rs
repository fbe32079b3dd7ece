//! The integration tests, one binary.
//!
//! - `xml`: the bounded XML reader and writer, on bytes in memory
//! - `soap`: dispatch, parameters, faults and replies, on envelopes in memory

mod soap;
mod xml;
