//! Many clients at once, on the real program.
//!
//! | file      | rule |
//! |-----------|------|
//! | `trickle` | clients that send a few bytes now and then do not slow down others |
//! | `memory`  | memory does not grow with the number of clients or the size of chunks |

pub mod memory;
mod trickle;
