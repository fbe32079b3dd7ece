//! The engine on a real database.
//!
//! | file           | rule |
//! |----------------|------|
//! | `lost_answers` | a chunk sent again because its answer was lost is stored once; an equal one after a delivered answer is data |

mod lost_answers;
mod support;
