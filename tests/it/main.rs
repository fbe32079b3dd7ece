//! The integration tests: one binary, so that it links once.
//!
//! | folder    | what it proves |
//! |-----------|----------------|
//! | `pg`      | the gateway's own Postgres starts, survives, and ends with its gateway |
//! | `support` | no proof: what the tests stand on |

mod pg;
mod support;
