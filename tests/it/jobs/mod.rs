//! What a gateway does by itself.
//!
//! | file        | rule |
//! |-------------|------|
