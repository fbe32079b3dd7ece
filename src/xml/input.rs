//! The byte stream under the tokenizer, with a limit on the length of a token.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, ReadBuf};

use super::{Limit, buffered};

/// quick-xml collects a whole token before it returns; this is what keeps that bounded: after
/// [`Input::allow`]ed bytes the stream fails with [`Limit::Text`] instead of giving more.
#[derive(Debug)]
pub(super) struct Input<R> {
    source: R,
    /// Bytes that were consumed while looking ahead, to be read again before the source's.
    replay: &'static [u8],
    allowance: usize,
    /// Bytes of the source that were consumed.
    consumed: u64,
}

impl<R: AsyncBufRead + Unpin> Input<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            replay: b"",
            allowance: 0,
            consumed: 0,
        }
    }

    /// From now on gives at most `bytes` bytes, and one to see what comes after them.
    pub(super) fn allow(&mut self, bytes: usize) {
        self.allowance = bytes.saturating_add(1);
    }

    /// How many bytes of the document were read so far.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Consumes `prefix` if the stream continues with it, otherwise nothing. Works however the
    /// source is cut into buffers.
    pub(super) async fn take_prefix(&mut self, prefix: &'static [u8]) -> io::Result<bool> {
        for (matched, expected) in prefix.iter().enumerate() {
            if self.fill_buf().await?.first() != Some(expected) {
                self.replay = &prefix[..matched];
                return Ok(false);
            }
            self.consume(1);
        }
        Ok(true)
    }
}

impl<R: AsyncBufRead + Unpin> AsyncBufRead for Input<R> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let Self {
            source,
            replay,
            allowance,
            ..
        } = self.get_mut();
        if *allowance == 0 {
            return Poll::Ready(Err(io::Error::other(Limit::Text)));
        }
        let available = if replay.is_empty() {
            ready!(Pin::new(source).poll_fill_buf(cx))?
        } else {
            replay
        };
        Poll::Ready(Ok(&available[..available.len().min(*allowance)]))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        this.allowance = this.allowance.saturating_sub(amount);
        if this.replay.is_empty() {
            this.consumed += amount as u64;
            Pin::new(&mut this.source).consume(amount);
        } else {
            this.replay = &this.replay[amount..];
        }
    }
}

impl<R: AsyncBufRead + Unpin> AsyncRead for Input<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        buffered::poll_read(self, context, into)
    }
}
