//! A whole gateway on real sockets.

mod upload;
