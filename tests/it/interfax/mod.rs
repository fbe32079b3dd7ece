//! The rules of the InterFAX upload, each against a whole gateway on real sockets.
//!
//! Who may start a session, and what a refused one is told:
//! - `credentials`: user name, password, where they must stand
//! - `account_checks`: the other checks, and their order
//! - `failed_start`: what becomes of the `SessionID` element
//! - `open_sessions`: how many an account may have
//! - `throttle`: guesses are slowed down, others are not
//! - `guessers`: no user waits for them, whatever they have
//! - `session_id`: what a `SessionID` looks like
//!
//! What a session takes:
//! - `total`: the answer to a chunk, and that documents follow one another
//! - `empty_chunk`, `chunk_size`, `total_size`: its bounds, to the byte
//! - `parameters`: order, extra elements, what cannot be read
//! - `answer_order`: what is told first when several things are wrong
//! - `account_changes`: an account that changes between two chunks
//! - `internal_error`: the database is away
//! - `lost_answer`: a chunk sent again because its answer was lost
//!
//! How it ends:
//! - `last_chunk`, `cancel`, `expiry`
//!
//! - `address`: the path of the service
//! - `soap_12`: the same in SOAP 1.2

mod account_changes;
mod account_checks;
mod address;
mod answer_order;
mod cancel;
mod chunk_size;
mod credentials;
mod empty_chunk;
mod expiry;
mod failed_start;
mod guessers;
mod internal_error;
mod last_chunk;
mod lost_answer;
mod open_sessions;
mod parameters;
mod session_id;
mod soap_12;
pub mod support;
mod throttle;
mod total;
mod total_size;
