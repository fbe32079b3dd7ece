//! Readers with a buffer.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncBufRead, ReadBuf};

/// `AsyncRead::poll_read` for what has an `AsyncBufRead::poll_fill_buf`.
pub(crate) fn poll_read<R: AsyncBufRead>(
    mut reader: Pin<&mut R>,
    context: &mut Context<'_>,
    into: &mut ReadBuf<'_>,
) -> Poll<io::Result<()>> {
    let available = ready!(reader.as_mut().poll_fill_buf(context))?;
    let amount = available.len().min(into.remaining());
    into.put_slice(&available[..amount]);
    reader.consume(amount);
    Poll::Ready(Ok(()))
}
