//! A connection that is read in small portions.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Transport;

/// How much the server may read before it has to look whether anybody wants it, in bytes.
const PORTION: usize = 8 * 1024;

/// A client's connection, read in portions.
///
/// The server reads a socket until it is empty, up to 256 KiB, while as much again waits to be
/// decoded. With hundreds of fast clients that is most of the memory. After a portion, this
/// pretends that the socket is empty and wakes its reader, who then hands on what it has, and
/// reads on only if that is wanted.
#[derive(Debug)]
pub struct Paced {
    stream: Transport,
    /// Bytes read since the last pause.
    read: usize,
}

impl Paced {
    /// Reads `stream` in portions.
    pub fn new(stream: Transport) -> Self {
        Self { stream, read: 0 }
    }

    /// The connection itself.
    pub fn transport(&self) -> &Transport {
        &self.stream
    }
}

impl AsyncRead for Paced {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.read >= PORTION {
            this.read = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let most = into.remaining().min(PORTION - this.read);
        let mut portion = ReadBuf::new(into.initialize_unfilled_to(most));
        let polled = Pin::new(&mut this.stream).poll_read(context, &mut portion);
        let length = portion.filled().len();
        if polled.is_pending() {
            this.read = 0;
        }
        ready!(polled)?;
        into.advance(length);
        this.read += length;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Paced {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
