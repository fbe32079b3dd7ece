//! A client's connection: the one descriptor that the server reads and writes, and that says what
//! became of the answers written to it.

use std::{
    io::{self, IoSlice},
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use actix_web::{HttpRequest, rt::net::TcpStream};
use nix::{libc, sys::socket::getsockopt};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::unacknowledged::Unacknowledged;
use crate::engine::{AnswerReceipt, ConnectionId, Delivery, Evidence, Peer};

/// Answers of a connection of which it is remembered that they are not acknowledged yet. More than
/// one needs a client that sends requests without waiting for answers; the oldest one then counts
/// as lost.
const CARRIED: usize = 16;

/// A client's connection.
///
/// The server owns it as a [`ClientStream`]; requests and the answers on their way hold it to look
/// at the client's end. Its socket is closed when nobody holds it any more.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    id: ConnectionId,
    is_tls: bool,
    /// Bytes that the kernel has taken.
    written: AtomicU64,
    /// Reading or writing has failed. The kernel reports that once.
    broken: AtomicBool,
    answers: Mutex<Answers>,
    unacknowledged: Unacknowledged,
}

#[derive(Default)]
struct Answers {
    /// The server is done with the connection.
    ended: bool,
    carried: Vec<Carried>,
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answers")
    }
}

/// An answer that was handed to the server, and is not known to have arrived.
struct Carried {
    receipt: Box<dyn AnswerReceipt>,
    /// How many bytes had been written when its last one was; none while the server still has some.
    ends_at: Option<u64>,
}

impl Connection {
    /// The connection on which `request` came.
    pub fn of(request: &HttpRequest) -> Option<Arc<Self>> {
        request.conn_data::<Arc<Self>>().cloned()
    }

    /// What tells it from every other connection of this process.
    pub fn id(&self) -> ConnectionId {
        self.id
    }

    /// Whether it is one of TLS.
    pub fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// The address of ours that the client has connected to.
    pub fn local_address(&self) -> Option<SocketAddr> {
        self.stream.local_addr().ok()
    }

    /// What the client's end looks like now, whatever of its bytes are still unread: those of the
    /// next request, a stray line end, or the farewell of TLS.
    pub fn peer(&self) -> Peer {
        let mut asked = [PollFd::new(&self.stream, PollFlags::RDHUP)];
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

    /// Takes charge of an answer, all of which the server has now, and will write next.
    pub fn carry(&self, receipt: Box<dyn AnswerReceipt>) {
        let mut answers = self.answers();
        // Dropped where nothing is written any more: then the answer is lost.
        let dropped = if answers.ended {
            Some(receipt)
        } else {
            let oldest = (answers.carried.len() == CARRIED).then(|| answers.carried.remove(0));
            answers.carried.push(Carried {
                receipt,
                ends_at: None,
            });
            oldest.map(|oldest| oldest.receipt)
        };
        drop(answers);
        drop(dropped);
    }

    /// Everything that the server had was written.
    fn flushed(self: &Arc<Self>) {
        let written = self.written.load(Ordering::Relaxed);
        for carried in &mut self.answers().carried {
            if carried.ends_at.is_none() {
                carried.ends_at = Some(written);
                carried.receipt.written(Arc::new(Written {
                    connection: Arc::clone(self),
                    ends_at: written,
                }));
            }
        }
    }

    /// Looks which answers have arrived or are lost; when the next request comes, for one.
    pub fn settle(self: &Arc<Self>) {
        let mut settled = Vec::new();
        let mut answers = self.answers();
        let known = |carried: &mut Carried| {
            let delivery = carried.ends_at.map(|ends_at| self.delivery(ends_at));
            delivery.is_some_and(|delivery| delivery != Delivery::Pending)
        };
        for carried in answers.carried.extract_if(.., known) {
            settled.push(carried);
        }
        drop(answers);
        for carried in settled {
            self.tell(carried);
        }
    }

    /// The server is done with it.
    fn end(self: &Arc<Self>) {
        let mut answers = self.answers();
        answers.ended = true;
        let carried = std::mem::take(&mut answers.carried);
        drop(answers);
        for carried in carried {
            self.tell(carried);
        }
        // Nobody else closes it as long as answers are waited for.
        if Arc::strong_count(self) > 1 {
            let _gone_already = SockRef::from(&self.stream).shutdown(std::net::Shutdown::Both);
        }
    }

    fn tell(self: &Arc<Self>, carried: Carried) {
        let Some(ends_at) = carried.ends_at else {
            // Not all of it was written.
            return;
        };
        let written = Written {
            connection: Arc::clone(self),
            ends_at,
        };
        match written.look() {
            Delivery::Acknowledged => carried.receipt.delivered(),
            Delivery::Pending => self.unacknowledged.keep(written, carried.receipt),
            Delivery::Lost => drop(carried.receipt),
        }
    }

    /// What became of the first `ends_at` bytes that were written. Acknowledged means that the
    /// client's kernel has them; if the client then reads them, nobody can see. One that dies or
    /// closes before it does so breaks the connection.
    fn delivery(&self, ends_at: u64) -> Delivery {
        if self.is_broken() {
            return Delivery::Lost;
        }
        match self.acknowledged() {
            Some(acknowledged) if acknowledged >= ends_at => Delivery::Acknowledged,
            Some(_) => Delivery::Pending,
            None => Delivery::Lost,
        }
    }

    fn is_broken(&self) -> bool {
        if self.broken.load(Ordering::Relaxed) {
            return true;
        }
        // An orderly end of both sides is HUP alone.
        let mut asked = [PollFd::new(&self.stream, PollFlags::empty())];
        match poll(&mut asked, Some(&Timespec::default())) {
            Err(Errno::INTR) => false,
            Err(_) => true,
            Ok(_) => asked[0]
                .revents()
                .intersects(PollFlags::ERR | PollFlags::NVAL),
        }
    }

    /// How many of the bytes written the client's kernel has acknowledged.
    fn acknowledged(&self) -> Option<u64> {
        let info = getsockopt(&self.stream, TcpInfo).ok()?;
        let bytes = info.get(BYTES_ACKED..)?.first_chunk()?;
        Some(u64::from_ne_bytes(*bytes))
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers that the connection broke, and passes the result on.
    fn watch<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if result.is_err() {
            self.broken.store(true, Ordering::Relaxed);
        }
        result
    }
}

/// The kernel's `struct tcp_info`, as far as it is looked at.
#[derive(Clone, Copy, Debug)]
struct TcpInfo;

/// Where `tcpi_bytes_acked` begins in it (`linux/tcp.h`; since Linux 4.1).
const BYTES_ACKED: usize = 120;
/// Where it ends. The kernel fills in as much as is asked for.
const TCP_INFO: usize = BYTES_ACKED + size_of::<u64>();

nix::getsockopt_impl!(
    TcpInfo,
    libc::IPPROTO_TCP,
    libc::TCP_INFO,
    [u8; TCP_INFO],
    nix::sys::socket::sockopt::GetStruct<[u8; TCP_INFO]>
);

/// An answer that was written to its last byte.
#[derive(Debug)]
pub(super) struct Written {
    connection: Arc<Connection>,
    ends_at: u64,
}

impl Evidence for Written {
    fn look(&self) -> Delivery {
        self.connection.delivery(self.ends_at)
    }
}

/// A connection as the server owns it: dropped, it is closed.
#[derive(Debug)]
pub struct ClientStream(Arc<Connection>);

impl ClientStream {
    /// Takes charge of a connection that was just accepted. If it `is_tls`, this is what is under
    /// the TLS.
    pub fn new(stream: TcpStream, is_tls: bool, unacknowledged: Unacknowledged) -> Self {
        Self(Arc::new(Connection {
            stream,
            id: ConnectionId::next(),
            is_tls,
            written: AtomicU64::new(0),
            broken: AtomicBool::new(false),
            answers: Mutex::default(),
            unacknowledged,
        }))
    }

    /// The connection, for whoever looks at the client's end.
    pub fn connection(&self) -> &Arc<Connection> {
        &self.0
    }

    /// The socket.
    pub fn socket(&self) -> &TcpStream {
        &self.0.stream
    }

    /// Everything that the server had was written.
    pub(super) fn flushed(&self) {
        self.0.flushed();
    }

    fn poll_write_with(
        &self,
        context: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        let connection = &self.0;
        loop {
            // An error here is the runtime's.
            ready!(connection.stream.poll_write_ready(context))?;
            match write(&connection.stream) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                taken => {
                    let taken = connection.watch(taken)?;
                    let bytes = taken as u64;
                    connection.written.fetch_add(bytes, Ordering::Relaxed);
                    return Poll::Ready(Ok(taken));
                }
            }
        }
    }
}

impl Drop for ClientStream {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let connection = &self.0;
        loop {
            // An error here is the runtime's.
            ready!(connection.stream.poll_read_ready(context))?;
            match connection.stream.try_read(into.initialize_unfilled()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => {
                    into.advance(connection.watch(read)?);
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_with(context, |stream| stream.try_write(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_with(context, |stream| stream.try_write_vectored(parts))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(SockRef::from(&self.0.stream).shutdown(std::net::Shutdown::Write))
    }
}

#[cfg(test)]
mod tests;
