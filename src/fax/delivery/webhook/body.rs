//! The body of a posted fax: `multipart/form-data`, made while it is sent.
//!
//! What is posted is what was described, or its end is missing: the last boundary is not sent
//! before every document was compared with its SHA-256.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_util::{StreamExt, stream::BoxStream};
use hyper::body::{Body, Frame, SizeHint};

use super::{
    description::part_name,
    documents::{Piece, Splitter},
};
use crate::{
    engine::UploadError,
    fax::delivery::{
        Fax,
        facts::{file_name, hex},
    },
};

/// How far a body has come; for whoever waits for the answer to it.
#[derive(Default)]
pub(super) struct Fate {
    complete: AtomicBool,
    broken: Mutex<Option<UploadError>>,
}

impl Fate {
    /// Whether all of it was given to the connection.
    pub fn is_complete(&self) -> bool {
        self.complete.load(Ordering::Acquire)
    }

    /// Why it ended early, if the reason is ours.
    pub fn broken(&self) -> Option<UploadError> {
        let mut broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        broken.take()
    }
}

/// The documents cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the documents cannot be read")]
pub(super) struct Broken;

/// The parts of a fax, on their way.
pub(super) struct FaxBody {
    boundary: String,
    heads: VecDeque<Bytes>,
    digests: VecDeque<String>,
    ready: VecDeque<Bytes>,
    splitter: Splitter,
    /// None: there is nothing more.
    content: Option<BoxStream<'static, Result<Bytes, UploadError>>>,
    left: u64,
    fate: Arc<Fate>,
}

impl FaxBody {
    /// The body for a fax that is described so.
    pub fn new(fax: &Fax, description: &[u8], digests: Vec<String>) -> Result<Self, String> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| format!("no random numbers: {error}"))?;
        let boundary = format!("chunkgate-{}", hex(&random));
        let first = [
            b"--",
            boundary.as_bytes(),
            b"\r\nContent-Disposition: form-data; name=\"fax\"\r\nContent-Type: application/json\r\n\r\n",
            description,
            b"\r\n",
        ];
        let first = Bytes::from(first.concat());
        let heads: VecDeque<_> = fax
            .documents
            .iter()
            .zip(1..)
            .map(|(document, ordinal)| head(&boundary, ordinal, &document.kind))
            .collect();
        let around = heads
            .iter()
            .map(|head| (head.len() + LINE_END.len()) as u64);
        let inside = fax.documents.iter().map(|it| it.length);
        let left =
            first.len() as u64 + around.chain(inside).sum::<u64>() + last(&boundary).len() as u64;
        Ok(Self {
            boundary,
            heads,
            digests: digests.into(),
            ready: VecDeque::from([first]),
            splitter: Splitter::new(&fax.documents),
            content: Some(fax.content.open()),
            left,
            fate: Arc::default(),
        })
    }

    /// What stands in the header `Content-Type`.
    pub fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// How many bytes are still to come.
    pub fn length(&self) -> u64 {
        self.left
    }

    pub fn fate(&self) -> Arc<Fate> {
        Arc::clone(&self.fate)
    }

    fn take(&mut self, pieces: Vec<Piece>) -> Result<(), UploadError> {
        for piece in pieces {
            match piece {
                Piece::Begin => self.ready.extend(self.heads.pop_front()),
                Piece::Bytes(bytes) => self.ready.push_back(bytes),
                Piece::End(digest) if self.digests.pop_front().as_ref() == Some(&digest) => {
                    self.ready.push_back(Bytes::from_static(LINE_END));
                }
                Piece::End(_) => {
                    return Err(UploadError::Internal("a document has changed meanwhile"));
                }
            }
        }
        Ok(())
    }

    /// Takes what comes next of the documents, or learns that nothing does.
    fn proceed(&mut self, next: Option<Result<Bytes, UploadError>>) -> Result<(), UploadError> {
        if let Some(bytes) = next {
            let pieces = self.splitter.split(bytes?)?;
            return self.take(pieces);
        }
        self.content = None;
        let pieces = self.splitter.finish()?;
        self.take(pieces)?;
        self.ready.push_back(last(&self.boundary));
        Ok(())
    }
}

const LINE_END: &[u8] = b"\r\n";

fn head(boundary: &str, ordinal: usize, kind: &str) -> Bytes {
    let (part, file) = (part_name(ordinal), file_name(ordinal, kind));
    Bytes::from(format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"{file}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    ))
}

fn last(boundary: &str) -> Bytes {
    Bytes::from(format!("--{boundary}--\r\n"))
}

impl Body for FaxBody {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                self.left = self.left.saturating_sub(bytes.len() as u64);
                if self.content.is_none() && self.ready.is_empty() {
                    self.fate.complete.store(true, Ordering::Release);
                }
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
            let Some(content) = &mut self.content else {
                return Poll::Ready(None);
            };
            let next = ready!(content.poll_next_unpin(cx));
            if let Err(error) = self.proceed(next) {
                self.content = None;
                self.ready.clear();
                let fate = Arc::clone(&self.fate);
                let mut broken = fate.broken.lock().unwrap_or_else(PoisonError::into_inner);
                *broken = Some(error);
                return Poll::Ready(Some(Err(Broken)));
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
