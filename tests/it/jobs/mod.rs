//! What a gateway does by itself.
//!
//! | file        | rule |
//! |-------------|------|
//! | `sweeping`  | what is overdue is expired, what ended long ago is forgotten, in batches |
//! | `clock`     | a clock that jumps ends and deletes nothing |
//! | `undelete`  | what has expired can be brought back for a while |
//! | `reclaim`   | segments without live bytes are used again, others never |

mod clock;
mod reclaim;
mod support;
mod sweeping;
mod undelete;
