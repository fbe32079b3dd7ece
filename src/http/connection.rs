//! Looking at the client's end of a connection without reading from it.

use std::{
    any::Any,
    os::fd::{AsFd, OwnedFd},
};

use actix_web::{HttpRequest, dev::Extensions, rt::net::TcpStream};
use rustix::{
    io::Errno,
    net::{RecvFlags, recv},
};

/// What the client's end of a connection looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// It is there, as far as anybody can know.
    Present,
    /// It will send nothing more. Mostly it has closed the connection, and a few clients announce the end of their
    /// request so; the two cannot be told apart before an answer is tried.
    Finished,
    /// The connection is broken.
    Gone,
}

/// A second descriptor of a connection's socket, kept beside the one the server reads from.
#[derive(Debug)]
pub struct Connection {
    socket: OwnedFd,
}

impl Connection {
    /// Remembers the socket of a connection that was just accepted; for `on_connect`.
    pub fn remember(io: &dyn Any, data: &mut Extensions) {
        let socket = io
            .downcast_ref::<TcpStream>()
            .and_then(|stream| stream.as_fd().try_clone_to_owned().ok());
        if let Some(socket) = socket {
            data.insert(std::rc::Rc::new(Self { socket }));
        }
    }

    /// The connection on which `request` came.
    pub fn of(request: &HttpRequest) -> Option<std::rc::Rc<Self>> {
        request.conn_data::<std::rc::Rc<Self>>().cloned()
    }

    /// What the client's end looks like now.
    pub fn peer(&self) -> Peer {
        let mut byte = [0_u8; 1];
        match recv(
            &self.socket,
            &mut byte[..],
            RecvFlags::PEEK | RecvFlags::DONTWAIT,
        ) {
            Ok((0, _)) => Peer::Finished,
            // The next request is here already, or nothing is.
            Ok(_) | Err(Errno::WOULDBLOCK | Errno::INTR) => Peer::Present,
            Err(_) => Peer::Gone,
        }
    }
}
