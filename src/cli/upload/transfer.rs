//! A whole document, chunk by chunk.

use std::{
    io::{self, Read},
    time::Duration,
};

use super::{CallError, Client};

/// Hears how a transfer goes.
pub trait Observer {
    /// A chunk was accepted.
    fn accepted(&mut self, _chunk: &Accepted<'_>) {}
    /// A call was not answered, for this reason, and is made again after the pause.
    fn repeats(&mut self, _operation: &'static str, _reason: &str, _pause: Duration) {}
}

/// Nobody listens.
impl Observer for () {}

/// A chunk the service has stored.
#[derive(Clone, Copy, Debug)]
pub struct Accepted<'a> {
    /// The `SessionID`.
    pub session: &'a str,
    /// Bytes of the chunk.
    pub length: u64,
    /// Bytes so far, by the service's count.
    pub total: u64,
    /// Whether it was the last one.
    pub is_last: bool,
}

/// A document the service has stored.
#[derive(Clone, Debug)]
pub struct Transferred {
    /// The `SessionID`.
    pub session: String,
    /// Bytes of the document.
    pub bytes: u64,
    /// In how many chunks.
    pub chunks: u64,
    /// How many calls were made again.
    pub repeats: u64,
}

/// Why a document was not transferred, and what became of its session.
#[derive(Debug, thiserror::Error)]
#[error("{cause}{}", aftermath(.cancelled.as_ref()))]
pub struct TransferError {
    /// What went wrong.
    pub cause: TransferCause,
    /// How cancelling the session went; none if there was no session yet.
    pub cancelled: Option<Result<(), CallError>>,
}

/// What went wrong in a transfer.
#[derive(Debug, thiserror::Error)]
pub enum TransferCause {
    /// The document could not be read.
    #[error("the document cannot be read: {0}")]
    Read(#[from] io::Error),
    /// The document has no bytes, and the service takes no empty chunk.
    #[error("the document is empty, and the service takes no empty chunk")]
    Empty,
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The service counts other bytes than were sent: one was lost, or stored twice.
    #[error("the service counts {answered} bytes and {sent} were sent: the upload is not whole")]
    Total {
        /// Bytes sent.
        sent: u64,
        /// What the service answered.
        answered: u64,
    },
}

fn aftermath(cancelled: Option<&Result<(), CallError>>) -> String {
    match cancelled {
        None => String::new(),
        Some(Ok(())) => "; the session is cancelled".to_owned(),
        Some(Err(error)) => {
            format!("; the session could not be cancelled and will expire: {error}")
        }
    }
}

/// Sends `document` in chunks of `chunk_size` bytes as the user and password of `credentials`,
/// the last one marked as such. Holds two chunks in memory.
///
/// # Errors
/// [`TransferError`]; the session, if one was started, was cancelled or could not be.
pub fn transfer(
    client: &Client,
    credentials: (&str, &str),
    mut document: impl Read,
    chunk_size: usize,
    observer: &mut dyn Observer,
) -> Result<Transferred, TransferError> {
    let without_session = |cause| TransferError {
        cause,
        cancelled: None,
    };
    let first = read_chunk(&mut document, chunk_size)
        .map_err(|error| without_session(error.into()))?
        .ok_or_else(|| without_session(TransferCause::Empty))?;
    let mut counting = Counting {
        observer,
        repeats: 0,
    };
    let (user, password) = credentials;
    let session = client
        .start(user, password, &mut counting)
        .map_err(|error| without_session(error.into()))?;
    let mut transfer = Transfer {
        client,
        session: &session,
        bytes: 0,
        chunks: 0,
    };
    match transfer.send(first, document, chunk_size, &mut counting) {
        Ok(()) => Ok(Transferred {
            bytes: transfer.bytes,
            chunks: transfer.chunks,
            repeats: counting.repeats,
            session,
        }),
        Err(cause) => Err(TransferError {
            cause,
            cancelled: Some(client.cancel(&session)),
        }),
    }
}

struct Transfer<'a> {
    client: &'a Client,
    session: &'a str,
    bytes: u64,
    chunks: u64,
}

impl Transfer<'_> {
    fn send(
        &mut self,
        first: Vec<u8>,
        mut document: impl Read,
        chunk_size: usize,
        observer: &mut dyn Observer,
    ) -> Result<(), TransferCause> {
        let mut next = Some(first);
        while let Some(chunk) = next {
            // Only the chunk after it tells whether a chunk is the last.
            next = read_chunk(&mut document, chunk_size)?;
            self.send_chunk(&chunk, next.is_none(), observer)?;
        }
        Ok(())
    }

    fn send_chunk(
        &mut self,
        chunk: &[u8],
        is_last: bool,
        observer: &mut dyn Observer,
    ) -> Result<(), TransferCause> {
        let total = self.client.chunk(self.session, chunk, is_last, observer)?;
        self.bytes += chunk.len() as u64;
        self.chunks += 1;
        if total != self.bytes {
            return Err(TransferCause::Total {
                sent: self.bytes,
                answered: total,
            });
        }
        observer.accepted(&Accepted {
            session: self.session,
            length: chunk.len() as u64,
            total,
            is_last,
        });
        Ok(())
    }
}

/// The next `size` bytes, or as many as are left; none at the end.
fn read_chunk(document: &mut impl Read, size: usize) -> io::Result<Option<Vec<u8>>> {
    let mut chunk = Vec::new();
    document.take(size as u64).read_to_end(&mut chunk)?;
    Ok((!chunk.is_empty()).then_some(chunk))
}

/// Counts what another observer hears.
struct Counting<'a> {
    observer: &'a mut dyn Observer,
    repeats: u64,
}

impl Observer for Counting<'_> {
    fn accepted(&mut self, chunk: &Accepted<'_>) {
        self.observer.accepted(chunk);
    }

    fn repeats(&mut self, operation: &'static str, reason: &str, pause: Duration) {
        self.repeats += 1;
        self.observer.repeats(operation, reason, pause);
    }
}
