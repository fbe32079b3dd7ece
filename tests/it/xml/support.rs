//! Sources of bytes, and running what never waits.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use chunkgate::xml::{Error, Reader};
use futures_util::FutureExt as _;
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

/// The pieces in which every document is read.
pub const PIECES: [usize; 5] = [1, 2, 3, 7, usize::MAX];

/// Bytes in memory that come in pieces, and perhaps an error behind them.
pub struct Source {
    bytes: Vec<u8>,
    read: usize,
    piece: usize,
    error: Option<io::Error>,
}

impl Source {
    pub fn new(bytes: impl Into<Vec<u8>>, piece: usize) -> Self {
        Self {
            bytes: bytes.into(),
            read: 0,
            piece,
            error: None,
        }
    }

    pub fn failing_with(mut self, error: io::Error) -> Self {
        self.error = Some(error);
        self
    }
}

impl AsyncBufRead for Source {
    fn poll_fill_buf(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        let rest = &this.bytes[this.read..];
        if rest.is_empty()
            && let Some(error) = this.error.take()
        {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(&rest[..rest.len().min(this.piece)]))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        self.get_mut().read += amount;
    }
}

impl AsyncRead for Source {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        unreachable!("the reader takes buffers, it does not copy");
    }
}

/// Runs what reads from memory and so is ready at once.
pub fn run<F: Future>(future: F) -> F::Output {
    future.now_or_never().expect("memory never waits")
}

/// Reads a document to its end, in every kind of pieces, and says how that went.
pub fn read(document: impl AsRef<[u8]>) -> Result<(), Error> {
    in_pieces(document, async |reader| reader.finish().await)
}

/// The text of the root element.
pub fn root_text(document: impl AsRef<[u8]>) -> Result<String, Error> {
    in_pieces(document, async |reader| {
        reader.child().await?;
        let text = reader.text().await?;
        reader.finish().await?;
        Ok(text)
    })
}

/// Does the same with every kind of pieces, compares, and returns the last outcome.
#[expect(
    clippy::needless_pass_by_value,
    reason = "closures are written in place"
)]
pub fn in_pieces<T: PartialEq + std::fmt::Debug>(
    document: impl AsRef<[u8]>,
    act: impl AsyncFn(&mut Reader<Source>) -> Result<T, Error>,
) -> Result<T, Error> {
    PIECES
        .map(|piece| run(act(&mut Reader::new(Source::new(document.as_ref(), piece)))))
        .into_iter()
        .reduce(|before, after| {
            assert_eq!(format!("{before:?}"), format!("{after:?}"), "pieces matter");
            after
        })
        .expect("there are pieces")
}
