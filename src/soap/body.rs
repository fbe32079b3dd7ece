//! The body of an answer.

use std::{
    collections::VecDeque,
    future::poll_fn,
    io,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};

use super::{Data, base64::Encoder};

/// The body of an answer, in pieces: bytes, and data that becomes base64 while it is sent.
///
/// Its length is known before it is sent, because old clients cannot read chunked answers.
#[derive(Debug, Default)]
pub struct Body {
    pieces: VecDeque<Piece>,
}

#[derive(Debug)]
enum Piece {
    Bytes(Bytes),
    Base64(Encoder),
}

impl Body {
    /// No body.
    pub const fn empty() -> Self {
        Self {
            pieces: VecDeque::new(),
        }
    }

    /// Adds bytes.
    pub fn push(&mut self, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        if !bytes.is_empty() {
            self.pieces.push_back(Piece::Bytes(bytes));
        }
    }

    /// Adds the base64 text of `data`.
    pub fn push_base64(&mut self, data: Data) {
        if data.length() > 0 {
            self.pieces.push_back(Piece::Base64(Encoder::new(data)));
        }
    }

    /// How many bytes are still to come.
    pub fn length(&self) -> u64 {
        let lengths = self.pieces.iter().map(|piece| match piece {
            Piece::Bytes(bytes) => bytes.len() as u64,
            Piece::Base64(encoder) => encoder.length(),
        });
        lengths.sum()
    }

    /// The next bytes; nothing behind the last. After an error the rest must not be sent.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> {
        while let Some(piece) = self.pieces.front_mut() {
            let next = match piece {
                Piece::Bytes(bytes) => Some(std::mem::take(bytes)).filter(|it| !it.is_empty()),
                Piece::Base64(encoder) => ready!(encoder.poll_next(context))?,
            };
            let is_over = match piece {
                Piece::Bytes(_) => true,
                Piece::Base64(encoder) => encoder.length() == 0,
            };
            if is_over {
                self.pieces.pop_front();
            }
            if next.is_some() {
                return Poll::Ready(Ok(next));
            }
        }
        Poll::Ready(Ok(None))
    }

    /// All of it at once.
    pub async fn collect(mut self) -> io::Result<Bytes> {
        let mut collected = BytesMut::new();
        while let Some(bytes) = poll_fn(|context| self.poll_next(context)).await? {
            if self.pieces.is_empty() && collected.is_empty() {
                return Ok(bytes);
            }
            collected.extend_from_slice(&bytes);
        }
        Ok(collected.freeze())
    }

    /// All of it, if it was in memory from the beginning.
    pub fn in_memory(self) -> Option<Bytes> {
        let pieces = self.pieces.into_iter().map(|piece| match piece {
            Piece::Bytes(bytes) => Some(bytes),
            Piece::Base64(_) => None,
        });
        let pieces: Vec<Bytes> = pieces.collect::<Option<_>>()?;
        Some(match <[Bytes; 1]>::try_from(pieces) {
            Ok([bytes]) => bytes,
            Err(pieces) => pieces.concat().into(),
        })
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        let mut body = Self::empty();
        body.push(bytes);
        body
    }
}
