//! The file operations of the journal.
