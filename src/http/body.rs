//! A request's body as a reader, with a limit to its length, its time and its slowness.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_web::{error::PayloadError, web::Payload};
use bytes::{Buf, Bytes};
use futures_util::Stream;
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

use crate::xml::buffered;

/// How long, how slow and how large a body may be.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    /// Bytes.
    pub max_body: u64,
    /// From its first byte to its last.
    pub timeout: Duration,
    /// Bytes a second that must come on the average, once the grace is over; 0 = no minimum.
    pub min_rate: u64,
    /// How long the rate does not matter.
    pub grace: Duration,
}

/// What is read beyond the limit, so that a client that sends first and listens afterwards can
/// see the answer.
const READ_BEYOND: u64 = 16 << 20;

/// Why a body could not be read. It travels inside an [`io::Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More bytes than `http.max_body`.
    #[error("the body is longer than http.max_body")]
    TooLong,
    /// Slower than `http.min_rate`, or longer under way than `http.body_timeout`.
    #[error("the body comes too slowly")]
    TooSlow,
    /// The client closed the connection, or broke the rules of the transfer.
    #[error("the body was cut short")]
    CutShort,
}

impl BodyError {
    /// The error inside an [`io::Error`], if that is one of ours.
    pub fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl From<BodyError> for io::Error {
    fn from(error: BodyError) -> Self {
        Self::other(error)
    }
}

/// A request's body.
pub struct Body {
    payload: Payload,
    block: Bytes,
    received: u64,
    limits: BodyLimits,
    limit: u64,
    started: Instant,
    timer: Pin<Box<Sleep>>,
    ended: bool,
}

impl Body {
    /// Reads `payload`, whose length the client declared as `declared`, within `limits`.
    pub fn new(payload: Payload, declared: Option<u64>, limits: BodyLimits) -> Self {
        let started = Instant::now();
        // A body that says itself that it is too long is not read for its content.
        let limit = match declared {
            Some(length) if length > limits.max_body => 0,
            Some(_) | None => limits.max_body,
        };
        Self {
            payload,
            block: Bytes::new(),
            received: 0,
            limits,
            limit,
            started,
            timer: Box::pin(sleep_until(started + limits.timeout)),
            ended: false,
        }
    }

    /// Bytes that have come so far.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Reads and drops what is left, within bounds, because closing a connection on which a client still sends
    /// can destroy the answer. Whether the end was reached: otherwise the connection has to be closed.
    pub async fn drain(&mut self) -> bool {
        self.limit = self.limits.max_body.saturating_add(READ_BEYOND);
        loop {
            match self.fill_buf().await {
                Ok([]) => return true,
                Ok(block) => {
                    let length = block.len();
                    self.consume(length);
                }
                Err(_) => return false,
            }
        }
    }

    /// When the body is given up if nothing more comes.
    fn patience_ends(&self) -> Instant {
        let by_time = self.started + self.limits.timeout;
        let seconds = self.received.checked_div(self.limits.min_rate);
        let by_rate = seconds.and_then(|seconds| {
            self.started
                .checked_add(self.limits.grace)?
                .checked_add(Duration::from_secs(seconds))
        });
        by_rate.map_or(by_time, |by_rate| by_rate.min(by_time))
    }

    fn poll_block(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            if self.ended || !self.block.is_empty() {
                return Poll::Ready(Ok(()));
            }
            match Pin::new(&mut self.payload).poll_next(context) {
                Poll::Ready(Some(Ok(block))) => {
                    self.received += block.len() as u64;
                    self.block = block;
                    if self.received > self.limit {
                        return Poll::Ready(Err(BodyError::TooLong.into()));
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    self.ended = true;
                    return Poll::Ready(Err(translate(&error).into()));
                }
                Poll::Ready(None) => self.ended = true,
                Poll::Pending => {
                    let patience_ends = self.patience_ends();
                    if self.timer.deadline() != patience_ends {
                        self.timer.as_mut().reset(patience_ends);
                    }
                    ready!(self.timer.as_mut().poll(context));
                    return Poll::Ready(Err(BodyError::TooSlow.into()));
                }
            }
        }
    }
}

fn translate(error: &PayloadError) -> BodyError {
    match error {
        PayloadError::Overflow => BodyError::TooLong,
        // The enum is open; whatever else there is ends the body before its time.
        _ => BodyError::CutShort,
    }
}

impl AsyncRead for Body {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        buffered::poll_read(self, context, into)
    }
}

impl AsyncBufRead for Body {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        ready!(this.poll_block(context))?;
        Poll::Ready(Ok(&this.block))
    }

    fn consume(self: Pin<&mut Self>, length: usize) {
        self.get_mut().block.advance(length);
    }
}
