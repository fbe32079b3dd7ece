//! A whole gateway on real sockets.

mod copied;
mod durability;
mod restart;
mod upload;
