//! Rows of submissions, transactions and the outbox.
//!
//! `submissions`: what clients ask for; `outbox`: what workers do; `items`: what everybody reads;
//! `ledger`: what deliveries know of their attempts; `rows`: rows to values.

mod items;
mod ledger;
mod outbox;
mod repository;
mod rows;
mod submissions;
