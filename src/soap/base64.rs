//! Base64 of data, block by block.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use base64_simd::STANDARD;
use bytes::Bytes;
use tokio::io::{AsyncRead, ReadBuf};

use super::Data;

/// Bytes that are encoded together, whole groups of three. With their text, and with what the
/// server has not written yet, an answer holds about 100 kB.
const BLOCK: usize = 24 * 1024;

/// Characters of the base64 text of so many bytes.
pub(super) fn encoded_length(bytes: u64) -> u64 {
    bytes.div_ceil(3) * 4
}

/// Encodes data while it is sent.
pub(super) struct Encoder {
    source: Pin<Box<dyn AsyncRead + Send>>,
    /// Bytes that are still to be read.
    left: u64,
    block: Box<[u8]>,
    filled: usize,
}

impl Encoder {
    pub fn new(data: Data) -> Self {
        Self {
            left: data.length(),
            source: data.into_source(),
            block: Box::default(),
            filled: 0,
        }
    }

    /// Characters that are still to come.
    pub fn length(&self) -> u64 {
        encoded_length(self.left + self.filled as u64)
    }

    /// The next characters; nothing behind the last.
    ///
    /// The last ones come only after the source has ended where it should: a text without them
    /// cannot be taken for the whole.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> {
        if self.block.is_empty() {
            self.block = vec![0; BLOCK].into();
        }
        while self.left > 0 && self.filled < BLOCK {
            let most = usize::try_from(self.left).map_or(BLOCK, |left| left.min(BLOCK));
            let end = BLOCK.min(self.filled + most);
            let mut into = ReadBuf::new(&mut self.block[self.filled..end]);
            ready!(self.source.as_mut().poll_read(context, &mut into))?;
            let read = into.filled().len();
            if read == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            self.filled += read;
            self.left -= read as u64;
        }
        if self.left == 0 {
            let mut beyond = [0];
            let mut beyond = ReadBuf::new(&mut beyond);
            ready!(self.source.as_mut().poll_read(context, &mut beyond))?;
            if !beyond.filled().is_empty() {
                let longer = io::Error::other("there is more data than was announced");
                return Poll::Ready(Err(longer));
            }
        }
        if self.filled == 0 {
            return Poll::Ready(Ok(None));
        }
        let text = STANDARD.encode_to_string(&self.block[..self.filled]);
        self.filled = 0;
        Poll::Ready(Ok(Some(text.into())))
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoder({} bytes left)", self.left)
    }
}
