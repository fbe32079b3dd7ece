//! The real program under `strace`: what the operating system was asked for before each answer.
//!
//! | file       | rule |
//! |------------|------|
//! | `durable`  | before a positive total goes out, its bytes, its row and the names of its files are on disk |
//! | `calls`    | no rule: reading what strace writes |
//!
//! Nothing here looks into the program, so no refactoring can make it pass by accident.

mod calls;
mod durable;
