//! A document as UTF-8, whatever it came in.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

use super::{
    Charset,
    decide::{Decision, decide},
    decoder::Decoder,
};
use crate::xml::{Malformed, buffered};

/// The buffer for text that was made UTF-8, in bytes.
const BUFFER: usize = 8 * 1024;

/// Reads a document of any supported encoding as UTF-8; a byte order mark is not removed.
///
/// UTF-8 is handed on as it lies, but for its first bytes. Other encodings take a buffer of 8 KiB.
/// What is malformed, in the encoding or in telling it, comes as an [`io::Error`] with a
/// [`Malformed`] in it; the source's own errors come as they are.
pub struct Utf8<R> {
    source: R,
    charset: Option<Charset>,
    /// The first bytes of the document, which decide about its encoding.
    head: Vec<u8>,
    /// How much of them was used.
    used: usize,
    state: State,
}

enum State {
    Undecided,
    /// It is UTF-8.
    Unchanged,
    Decoding(Decoding),
}

struct Decoding {
    decoder: Decoder,
    text: Box<[u8; BUFFER]>,
    unread: std::ops::Range<usize>,
    ended: bool,
    /// Behind the unread text, something is malformed: what comes before it is read first, so
    /// that it does not matter in which pieces the document arrives.
    malformed: bool,
}

impl<R: AsyncBufRead + Unpin> Utf8<R> {
    /// Reads `source`, which is said to be in `charset`.
    pub fn new(source: R, charset: Option<Charset>) -> Self {
        Self {
            source,
            charset,
            head: Vec::new(),
            used: 0,
            state: State::Undecided,
        }
    }

    /// Collects the beginning until it tells the encoding.
    fn poll_decide(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut ended = false;
        while matches!(self.state, State::Undecided) {
            match decide(&self.head, ended, self.charset).map_err(malformed)? {
                Decision::Encoding(encoding) => {
                    self.state = Decoder::of(encoding).map_or(State::Unchanged, |decoder| {
                        State::Decoding(Decoding::new(decoder))
                    });
                }
                Decision::Needs(most) => {
                    let available = ready!(Pin::new(&mut self.source).poll_fill_buf(context))?;
                    ended = available.is_empty();
                    let taken = available.len().min(most - self.head.len());
                    self.head.extend_from_slice(&available[..taken]);
                    Pin::new(&mut self.source).consume(taken);
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Decoding {
    fn new(decoder: Decoder) -> Self {
        Self {
            decoder,
            text: Box::new([0; BUFFER]),
            unread: 0..0,
            ended: false,
            malformed: false,
        }
    }

    /// Decodes some of `input` when all text was read; returns how many bytes it took.
    fn decode(&mut self, input: &[u8]) -> usize {
        let decoded = self.decoder.decode(input, &mut self.text[..]);
        self.unread = 0..decoded.written;
        self.ended = input.is_empty();
        self.malformed = decoded.malformed;
        decoded.taken
    }
}

fn malformed(malformed: Malformed) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, malformed)
}

impl<R: AsyncBufRead + Unpin> AsyncBufRead for Utf8<R> {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        ready!(this.poll_decide(context))?;
        let State::Decoding(decoding) = &mut this.state else {
            if this.used < this.head.len() {
                return Poll::Ready(Ok(&this.head[this.used..]));
            }
            return Pin::new(&mut this.source).poll_fill_buf(context);
        };
        while decoding.unread.is_empty() {
            if decoding.malformed {
                return Poll::Ready(Err(malformed(Malformed::Encoding)));
            }
            if decoding.ended {
                break;
            }
            if this.used < this.head.len() {
                this.used += decoding.decode(&this.head[this.used..]);
            } else {
                let input = ready!(Pin::new(&mut this.source).poll_fill_buf(context))?;
                let taken = decoding.decode(input);
                Pin::new(&mut this.source).consume(taken);
            }
        }
        Poll::Ready(Ok(&decoding.text[decoding.unread.clone()]))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        if let State::Decoding(decoding) = &mut this.state {
            decoding.unread.start = (decoding.unread.start + amount).min(decoding.unread.end);
        } else if this.used < this.head.len() {
            this.used += amount;
        } else {
            Pin::new(&mut this.source).consume(amount);
        }
    }
}

impl<R: AsyncBufRead + Unpin> AsyncRead for Utf8<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        buffered::poll_read(self, context, into)
    }
}
