//! A client's connection, with TLS or without.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::rt::net::TcpStream;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::server::TlsStream;

use super::connection::ClientStream;

/// How much of an answer the kernel holds before it is sent, in bytes. With the megabytes that it
/// would hold otherwise, a slow client would seem to take nothing for minutes, and then very much
/// (`edge::slow_answers`).
const UNSENT: u32 = 64 * 1024;

/// A client's connection.
#[derive(Debug)]
pub enum Transport {
    /// As it is.
    Plain(ClientStream),
    /// Inside TLS, after the handshake. Boxed: it is much larger.
    Tls(Box<TlsStream<ClientStream>>),
}

impl Transport {
    /// Lets the kernel take no more of an answer than it is about to send, so that what it takes
    /// tells how fast the client is.
    pub fn limit_unsent(stream: &TcpStream) {
        // Without it answers are sent no worse, only waited for less exactly.
        let _best_effort = SockRef::from(stream).set_tcp_notsent_lowat(UNSENT);
    }

    /// The connection under whatever is spoken on it.
    pub fn stream(&self) -> &ClientStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        }
    }
}

/// Calls a method of whichever stream it is.
macro_rules! either {
    ($self:ident.$method:ident($($argument:expr),*)) => {
        match $self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).$method($($argument),*),
            Self::Tls(stream) => Pin::new(stream).$method($($argument),*),
        }
    };
}

impl AsyncRead for Transport {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        either!(self.poll_read(context, into))
    }
}

impl AsyncWrite for Transport {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        either!(self.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(self.poll_write_vectored(context, parts))
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }

    /// The server flushes when it has written all that it has.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.as_mut();
        let flushed = either!(this.poll_flush(context));
        if let Poll::Ready(Ok(())) = flushed {
            self.stream().flushed();
        }
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self.poll_shutdown(context))
    }
}
