//! A whole gateway on real sockets.

mod restart;
mod upload;
