//! Looking at the client's end of a connection without reading from it.

use std::{
    net::SocketAddr,
    os::fd::{AsFd, OwnedFd},
    rc::Rc,
};

use actix_web::{HttpRequest, dev::Extensions};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};

use super::Transport;
use crate::engine::Peer;

/// A second descriptor of a connection's socket, kept beside the one the server reads from.
#[derive(Debug)]
pub struct Connection {
    socket: OwnedFd,
    is_tls: bool,
    local_address: Option<SocketAddr>,
}

impl Connection {
    /// Remembers a connection that was just accepted; for `on_connect`.
    pub fn remember(transport: &Transport, data: &mut Extensions) {
        if let Ok(socket) = transport.socket().as_fd().try_clone_to_owned() {
            data.insert(Rc::new(Self {
                socket,
                is_tls: transport.is_tls(),
                local_address: transport.socket().local_addr().ok(),
            }));
        }
    }

    /// The connection on which `request` came.
    pub fn of(request: &HttpRequest) -> Option<Rc<Self>> {
        request.conn_data::<Rc<Self>>().cloned()
    }

    /// Whether it is one of TLS.
    pub fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// The address of ours that the client has connected to.
    pub fn local_address(&self) -> Option<SocketAddr> {
        self.local_address
    }

    /// What the client's end looks like now, whatever of its bytes are still unread: those of the
    /// next request, a stray line end, or the farewell of TLS.
    pub fn peer(&self) -> Peer {
        let mut asked = [PollFd::new(&self.socket, PollFlags::RDHUP)];
        match poll(&mut asked, Some(&Timespec::default())) {
            Err(Errno::INTR) => Peer::Present,
            Err(_) => Peer::Gone,
            Ok(_) => {
                let seen = asked[0].revents();
                if seen.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
                    Peer::Gone
                } else if seen.contains(PollFlags::RDHUP) {
                    Peer::Finished
                } else {
                    Peer::Present
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
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
        let connection = Connection {
            socket,
            is_tls: false,
            local_address: None,
        };
        (client, server, connection)
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
    fn it_has_finished_even_if_not_all_it_sent_was_read() {
        let (mut client, _server, connection) = connected();
        client.write_all(b"\r\n").unwrap();
        assert_eq!(connection.peer(), Peer::Present);
        drop(client);
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
