//! What a gateway does by itself.
//!
//! | file        | rule |
//! |-------------|------|
//! | `sweeping`  | what is overdue is expired, what ended long ago is forgotten, in batches |
//! | `reclaim`   | segments without live bytes are used again, others never |

mod reclaim;
mod support;
mod sweeping;
