//! The journal and Postgres on one small file system that becomes full.
//!
//! | file           | rule |
//! |----------------|------|
//! | `refused`      | full, it refuses and loses nothing; with space again, it serves by itself |
//! | `small_disk`   | no rule: the file system, in a mount namespace of the gateway's own |

mod refused;
pub mod small_disk;
