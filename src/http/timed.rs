//! A connection whose client has to send its requests' heads and take its answers in time.

use std::{
    cell::{Cell, RefCell},
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{Extensions, ServiceRequest, ServiceResponse},
    http::header::CONTENT_LENGTH,
    middleware::Next,
};
use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tracing::debug;

use super::{
    Connection,
    answer::keeping,
    boundary::{Boundary, Framing, Pause},
    deadline::Deadline,
    patience::Patience,
    per_address::Share,
};
use crate::telemetry::metrics::{self, Refusal};

/// What is sent before a connection ends on which no whole head came.
const TOO_LATE: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
/// What is sent before a connection ends on which a head's lines end in two ways.
const MIXED_LINE_ENDS: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// From the first byte of a request's head, or from the connection's begin, to its last.
    pub head: Duration,
    /// How long an answer may wait for the client; what the client takes meanwhile buys more of it.
    pub answer: Duration,
    /// Bytes a second that a client takes without losing time; 0: any will do.
    pub answer_rate: u64,
}

/// A connection with deadlines.
///
/// - The server times the head of a connection's first request only. Here each head is timed: its
///   bytes are those that come while no request is being served. A body has limits of its own
///   ([`super::Body`]), and so has the time between requests (`http.keep_alive`).
/// - The server reads on while its answers wait to be taken, and keeps all of them. Here nothing
///   is read while an answer waits, so what a connection keeps is bounded.
/// - The server decodes heads ahead while a request is served, and answers that request in the way
///   the last head asks for: without a body, if that is a HEAD. Here a pipelined request is handed
///   over when the one before it was answered (`edge::pipelined`).
pub struct Timed<S> {
    stream: S,
    serving: Rc<Serving>,
    head: Deadline,
    answer: Patience,
    /// Reading was refused while an answer waited.
    held_back: bool,
    boundary: Boundary,
    /// What was read of the next requests.
    ahead: BytesMut,
    /// Its place among the connections of its address.
    _share: Option<Share>,
}

impl<S> Timed<S> {
    /// Times `stream`, which was just accepted and counts as `share` of its address' connections.
    pub fn new(stream: S, limits: ConnectionLimits, share: Option<Share>) -> Self {
        let mut head = Deadline::new(limits.head);
        head.begin();
        Self {
            stream,
            serving: Rc::default(),
            head,
            answer: Patience::new(limits.answer, limits.answer_rate),
            held_back: false,
            boundary: Boundary::new(),
            ahead: BytesMut::new(),
            _share: share,
        }
    }

    /// The connection itself.
    pub fn stream(&self) -> &S {
        &self.stream
    }

    /// Lets [`time_heads`] find this connection; for `on_connect`.
    pub fn remember(&self, data: &mut Extensions) {
        data.insert(Rc::clone(&self.serving));
    }
}

/// Whether a request of a connection is being served.
#[derive(Debug, Default)]
struct Serving {
    now: Cell<bool>,
    /// A head has come since the connection was read last, and this follows it; the request may
    /// have been answered since, too.
    begun: Cell<Option<Framing>>,
    /// Whoever wants to read the next request.
    reader: RefCell<Option<Waker>>,
}

/// A request that is being served, until it is dropped.
struct Served(Rc<Serving>);

impl Served {
    fn begin(request: &HttpRequest) -> Option<Self> {
        let serving = Rc::clone(request.conn_data::<Rc<Serving>>()?);
        serving.now.set(true);
        serving.begun.set(Some(framing(request)));
        Some(Self(serving))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.0.now.set(false);
        if let Some(reader) = self.0.reader.take() {
            reader.wake();
        }
    }
}

/// What follows a head. The server has refused lengths that are none.
fn framing(request: &HttpRequest) -> Framing {
    let length = request.headers().get(CONTENT_LENGTH);
    match request.chunked() {
        Ok(true) => Framing::Chunked,
        Ok(false) | Err(_) => Framing::Length(
            length
                .and_then(|length| length.to_str().ok()?.trim().parse().ok())
                .unwrap_or_default(),
        ),
    }
}

/// Tells a request's connection when its head has come and when its answer is written, and lets it
/// look what became of the answers before; a middleware.
///
/// # Errors
/// Those of the service it wraps.
pub async fn time_heads<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let served = Served::begin(request.request());
    if let Some(connection) = Connection::of(request.request()) {
        connection.settle();
    }
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| keeping(body.boxed(), served)))
}

impl<S: AsyncRead + AsyncWrite + Unpin> Timed<S> {
    /// Says why the connection ends, if the client can hear it.
    fn give_up_head(&mut self, context: &mut Context<'_>, why: &[u8]) {
        self.head.end();
        let stream = Pin::new(&mut self.stream);
        if let Poll::Ready(Ok(_)) = stream.poll_write(context, why) {
            let _best_effort = Pin::new(&mut self.stream).poll_flush(context);
        }
    }

    /// Reads what may be handed over now, and keeps what came beyond it.
    fn poll_read_on(
        &mut self,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        if self.ahead.is_empty() {
            ready!(Pin::new(&mut self.stream).poll_read(context, into))?;
            let read = &into.filled()[before..];
            let taken = self.boundary.take(read);
            self.ahead.extend_from_slice(&read[taken..]);
            into.set_filled(before + taken);
        } else {
            let most = self.ahead.len().min(into.remaining());
            let taken = self.boundary.take(&self.ahead[..most]);
            into.put_slice(&self.ahead[..taken]);
            self.ahead.advance(taken);
        }
        Poll::Ready(Ok(()))
    }

    /// An answer that cannot be written now may wait, but not for ever.
    fn wait_to_write<T>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if polled.is_pending() {
            ready!(self.answer.poll_wait(context));
            return Poll::Ready(Err(not_taken()));
        }
        polled
    }
}

fn not_taken() -> io::Error {
    debug!("an answer was not taken within http.answer_timeout, or too slowly");
    metrics::refused(Refusal::TooSlow);
    io::ErrorKind::TimedOut.into()
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Timed<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.answer.waits() {
            this.held_back = true;
            ready!(this.answer.poll_wait(context));
            return Poll::Ready(Err(not_taken()));
        }
        let serving = this.serving.now.get();
        let begun = this.serving.begun.take();
        if begun.is_some() || serving {
            this.head.end();
        }
        if let Some(framing) = begun {
            this.boundary.follows(framing);
        }
        if !serving {
            this.boundary.answered();
        }
        match this.boundary.pause() {
            None => {}
            Some(Pause::Look) => {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Some(Pause::Answer) => {
                *this.serving.reader.borrow_mut() = Some(context.waker().clone());
                return Poll::Pending;
            }
        }
        let before = into.filled().len();
        let polled = this.poll_read_on(context, into);
        if polled.is_pending() {
            ready!(this.head.poll_over(context));
            debug!("a request's head took longer than http.head_timeout");
            metrics::refused(Refusal::TooSlow);
            this.give_up_head(context, TOO_LATE);
            // Nothing read is the end: the server closes the connection.
            return Poll::Ready(Ok(()));
        }
        if this.boundary.has_mixed_line_ends() {
            debug!("some lines of a request's head end with a line feed alone");
            this.give_up_head(context, MIXED_LINE_ENDS);
            into.set_filled(before);
            return Poll::Ready(Ok(()));
        }
        if !serving && into.filled().len() > before {
            this.head.begin();
        }
        polled
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write(context, bytes);
        if let Poll::Ready(Ok(taken)) = polled {
            this.answer.took(taken);
        }
        this.wait_to_write(context, polled)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_flush(context);
        ready!(this.wait_to_write(context, polled))?;
        // The server flushes when it has written all it has: an answer, or a piece of one.
        if this.serving.now.get() {
            this.answer.pause();
        } else {
            this.answer.end();
        }
        if std::mem::take(&mut this.held_back) {
            context.waker().wake_by_ref();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_shutdown(context);
        this.wait_to_write(context, polled)
    }
}
