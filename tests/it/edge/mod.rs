//! The HTTP edge of a whole gateway, on real sockets.
//!
//! - `body_length`, `body_time`: bodies that are too long, too slow, too long under way
//! - `head_time`, `answer_time`: clients that are slow to send a head, or to take an answer
//! - `streamed_answers`, `slow_answers`: large answers, and clients that take them slowly; `streaming`
//!   serves them
//! - `heads`: what becomes of odd and forged heads
//! - `in_flight`: how many requests at once, and of one address
//! - `connections`: how many connections of one address
//! - `descriptors`: connections never take the files that the journal and the database need
//! - `body_memory`: what all bodies together take
//! - `unproven`: chunks that come before their session
//! - `unknown_sessions`: addresses that guess sessions
//! - `forwarded`: who the client is and where it has reached us, behind proxies
//! - `transfer`: HTTP/1.0, `Expect: 100-continue`, chunked coding
//! - `keep_alive`: a connection after each kind of answer
//! - `health`, `metrics`, `secrets`: what operators see, and what nobody may see

mod answer_time;
mod body_length;
mod body_memory;
mod body_time;
mod connections;
mod descriptors;
mod forwarded;
mod head_time;
mod heads;
mod health;
mod in_flight;
mod keep_alive;
mod metrics;
mod pipelined;
mod secrets;
mod slow_answers;
mod streamed_answers;
mod streaming;
pub mod support;
mod transfer;
mod unknown_sessions;
mod unproven;
