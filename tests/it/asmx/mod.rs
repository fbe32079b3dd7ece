//! How the original server answered, row by row: raw bytes in and raw bytes out, on a gateway's
//! socket. The whole answer is compared, but for its `Date`.
//!
//! Variations of a rule are tried in `soap` and `forms`; here each stands once.
//!
//! - `dispatch`: which operation runs, and who is turned away
//! - `refused`: what is malformed, cannot be read, or lies beyond a limit
//! - `faults`, `replies`: their form in both versions
//! - `reading`: order, names and types of parameters
//! - `form_dispatch`, `form_answers`: the HTTP GET and POST bindings
//! - `clients`: what client programs put on the wire

mod clients;
mod dispatch;
mod faults;
mod form_answers;
mod form_dispatch;
mod reading;
mod refused;
mod replies;
mod support;
