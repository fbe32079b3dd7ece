//! `Content-Encoding`: bodies that come compressed.
//!
//! Deviation: the original service knows none and answers 400. Here gzip is undone, and any other
//! coding is answered 415 (`encodings::content_coding`).

mod gunzip;
mod header;

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::http::header::{CONTENT_ENCODING, HeaderMap};
use thiserror::Error;
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

use gunzip::Gunzip;

use super::BodyError;
use crate::xml::buffered;

/// What a body was coded with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentCoding {
    /// Nothing.
    Identity,
    /// `gzip`, once.
    Gzip,
}

impl ContentCoding {
    /// The coding that a request's header names; `None` if it cannot be undone: an unknown one,
    /// or more than one.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut coding = Self::Identity;
        for value in headers.get_all(CONTENT_ENCODING) {
            for name in value.to_str().ok()?.split(',').map(str::trim) {
                if name.is_empty() || name.eq_ignore_ascii_case("identity") {
                    continue;
                }
                let is_gzip = ["gzip", "x-gzip"]
                    .iter()
                    .any(|gzip| name.eq_ignore_ascii_case(gzip));
                if !is_gzip || coding != Self::Identity {
                    return None;
                }
                coding = Self::Gzip;
            }
        }
        Some(coding)
    }
}

/// What is wrong with a coded body. It travels inside an [`io::Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
enum Malformed {
    /// The body, or what follows a member, does not begin as gzip does.
    #[error("the body is not gzip, or something else follows it")]
    Header,
    /// The compressed data is damaged.
    #[error("the gzip body is damaged")]
    Content,
    /// It ends within a member.
    #[error("the gzip body is cut short")]
    CutShort,
    /// Much comes and means nothing.
    #[error("the gzip body has no content")]
    Empty,
}

impl From<Malformed> for io::Error {
    fn from(malformed: Malformed) -> Self {
        Self::new(io::ErrorKind::InvalidData, malformed)
    }
}

/// After so many bytes, taken and decoded, another request of the same thread has its turn. That
/// is less than a millisecond's work, and some milliseconds' if the data is made to be slow.
const TURN: usize = 64 * 1024;

/// A body with its coding undone. The errors of the reader under it come through as they are.
pub struct Content<R> {
    body: R,
    gunzip: Option<Box<Gunzip>>,
    /// The most bytes it may decode to.
    limit: u64,
    /// Bytes taken and decoded since another request had its turn.
    turn: usize,
}

impl<R: AsyncBufRead + Unpin> Content<R> {
    /// Undoes `coding`, and fails with [`BodyError::TooLong`] when more than `limit` bytes come out
    /// of it. Without a coding, the limit is the body's own business.
    pub fn new(body: R, coding: ContentCoding, limit: u64) -> Self {
        Self {
            body,
            gunzip: (coding == ContentCoding::Gzip).then(|| Box::new(Gunzip::new())),
            limit,
            turn: 0,
        }
    }
}

impl<R: AsyncBufRead + Unpin> AsyncBufRead for Content<R> {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        let Some(gunzip) = &mut this.gunzip else {
            return Pin::new(&mut this.body).poll_fill_buf(context);
        };
        while gunzip.content().is_empty() {
            if this.turn >= TURN {
                this.turn = 0;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            let input = ready!(Pin::new(&mut this.body).poll_fill_buf(context))?;
            if input.is_empty() {
                if gunzip.is_whole() {
                    break;
                }
                return Poll::Ready(Err(Malformed::CutShort.into()));
            }
            let taken = gunzip.decode(input)?;
            Pin::new(&mut this.body).consume(taken);
            this.turn += taken + gunzip.content().len();
            if gunzip.decoded() > this.limit {
                return Poll::Ready(Err(BodyError::TooLong.into()));
            }
        }
        Poll::Ready(Ok(gunzip.content()))
    }

    fn consume(self: Pin<&mut Self>, length: usize) {
        let this = self.get_mut();
        match &mut this.gunzip {
            Some(gunzip) => gunzip.consume(length),
            None => Pin::new(&mut this.body).consume(length),
        }
    }
}

impl<R: AsyncBufRead + Unpin> AsyncRead for Content<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        buffered::poll_read(self, context, into)
    }
}
