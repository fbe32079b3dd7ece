//! Data on its way to a client.

use std::{fmt, io, pin::Pin};

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt as _};
use tokio::io::AsyncRead;
use tokio_util::io::StreamReader;

/// Bytes of a known number that are read while they are sent, and not before.
pub struct Data {
    length: u64,
    source: Pin<Box<dyn AsyncRead + Send>>,
}

impl Data {
    /// So many bytes of `source`; if it has fewer or more, or fails, the answer breaks off.
    ///
    /// Reading must not block the thread: [`tokio::fs::File`] does not.
    pub fn read(length: u64, source: impl AsyncRead + Send + 'static) -> Self {
        Self {
            length,
            source: Box::pin(source),
        }
    }

    /// So many bytes in blocks, as a content store gives them; otherwise as [`read`](Self::read).
    pub fn stream<E>(
        length: u64,
        blocks: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    ) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        Self::read(length, StreamReader::new(blocks.map_err(io::Error::other)))
    }

    /// Bytes in memory.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self::read(bytes.len() as u64, io::Cursor::new(bytes))
    }

    /// How many bytes there are.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The bytes.
    pub(super) fn into_source(self) -> Pin<Box<dyn AsyncRead + Send>> {
        self.source
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Data({} bytes)", self.length)
    }
}
