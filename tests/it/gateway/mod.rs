//! A whole gateway on real sockets.

mod copied;
mod durability;
mod pairs;
mod restart;
mod upload;
