//! Rows of submissions, transactions and the outbox.
//!
//! `submissions`: what clients ask for; `outbox`: what workers do; `items`: what everybody reads;
//! `rows`: rows to values.

mod items;
mod outbox;
mod repository;
mod rows;
mod submissions;
