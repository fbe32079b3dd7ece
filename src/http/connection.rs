//! Looking at the client's end of a connection without reading from it.

use std::{
    any::Any,
    os::fd::{AsFd, OwnedFd},
};

use actix_web::{HttpRequest, dev::Extensions, rt::net::TcpStream};
use rustix::{
    io::Errno,
    net::{RecvFlags, getpeername, recv},
};

use crate::engine::Peer;

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
            // A broken connection says so only once, and the server may have heard it already;
            // after that it looks like one that was closed, but has no other end any more.
            Ok((0, _)) if getpeername(&self.socket).is_err() => Peer::Gone,
            Ok((0, _)) => Peer::Finished,
            // The next request is here already, or nothing is.
            Ok(_) | Err(Errno::WOULDBLOCK | Errno::INTR) => Peer::Present,
            Err(_) => Peer::Gone,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Read,
        net::{Shutdown, TcpListener, TcpStream},
        os::fd::AsFd,
        time::Duration,
    };

    use super::{Connection, Peer};

    fn connected() -> (TcpStream, TcpStream, Connection) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        let socket = server.as_fd().try_clone_to_owned().unwrap();
        (client, server, Connection { socket })
    }

    #[test]
    fn a_client_that_sends_no_more_has_finished() {
        let (client, mut server, connection) = connected();
        assert_eq!(connection.peer(), Peer::Present);
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(server.read(&mut [0]).unwrap(), 0);
        assert_eq!(connection.peer(), Peer::Finished);
    }

    #[test]
    fn a_broken_connection_is_known_after_the_server_has_heard_of_it() {
        let (client, mut server, connection) = connected();
        let socket = socket2::SockRef::from(&client);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
        drop(client);
        server.read(&mut [0]).unwrap_err();
        assert_eq!(connection.peer(), Peer::Gone);
    }
}
