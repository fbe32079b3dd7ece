//! Reading back what a session received.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream::BoxStream};

use crate::content::{ContentError, Extent};

use super::{UploadError, repository::Repository, session::SessionId};

/// Streams the bytes of `session` in order; each extent's checksum was compared before its bytes
/// leave. After an error the stream ends.
///
/// When an extent is missing or wrong, the list is fetched once more: the session may have been
/// given up meanwhile, and its space used again.
///
/// `read` is [`Store::read`](crate::content::Store::read), or that of a reader beside a store.
pub fn open_content<R>(
    repository: Arc<dyn Repository>,
    read: R,
    session: SessionId,
) -> impl Stream<Item = Result<Bytes, UploadError>> + Send + 'static
where
    R: Fn(Vec<Extent>) -> BoxStream<'static, Result<Bytes, ContentError>> + Send + Sync + 'static,
{
    let reading = Reading {
        repository,
        read: Box::new(read),
        session,
        delivered: 0,
        phase: Phase::Fetch { again: None },
    };
    futures_util::stream::unfold(reading, |mut reading| async move {
        let item = reading.next().await?;
        Some((item, reading))
    })
}

type ReadExtents =
    dyn Fn(Vec<Extent>) -> BoxStream<'static, Result<Bytes, ContentError>> + Send + Sync;

struct Reading {
    repository: Arc<dyn Repository>,
    read: Box<ReadExtents>,
    session: SessionId,
    delivered: u64,
    phase: Phase,
}

enum Phase {
    /// The list is to be fetched; for the second time if an error was met in the first one.
    Fetch {
        again: Option<(Vec<Extent>, ContentError)>,
    },
    /// Bytes come. `first` has the list while it may be fetched once more.
    Stream {
        bytes: BoxStream<'static, Result<Bytes, ContentError>>,
        first: Option<Vec<Extent>>,
    },
    Ended,
}

impl Reading {
    async fn next(&mut self) -> Option<Result<Bytes, UploadError>> {
        loop {
            match std::mem::replace(&mut self.phase, Phase::Ended) {
                Phase::Ended => return None,
                Phase::Fetch { again } => {
                    if let Err(error) = self.fetch(again).await {
                        return Some(Err(error));
                    }
                }
                Phase::Stream { mut bytes, first } => match bytes.next().await? {
                    Ok(block) => {
                        self.delivered += block.len() as u64;
                        self.phase = Phase::Stream { bytes, first };
                        return Some(Ok(block));
                    }
                    Err(error) => match first {
                        Some(extents) if may_have_moved(&error) => {
                            self.phase = Phase::Fetch {
                                again: Some((extents, error)),
                            };
                        }
                        Some(_) | None => return Some(Err(error.into())),
                    },
                },
            }
        }
    }

    async fn fetch(
        &mut self,
        again: Option<(Vec<Extent>, ContentError)>,
    ) -> Result<(), UploadError> {
        let extents = self.repository.extents(self.session).await?;
        let first = match again {
            None => Some(extents.clone()),
            Some((before, error)) if extents == before => return Err(error.into()),
            Some(_) if extents.is_empty() => return Err(UploadError::SessionNotOpen),
            Some(_) => None,
        };
        // Extents are delivered whole, so what is left begins with an extent.
        let mut position = 0;
        let left = extents
            .into_iter()
            .skip_while(|extent| {
                let skip = position < self.delivered;
                position += u64::from(extent.length);
                skip
            })
            .collect();
        self.phase = Phase::Stream {
            bytes: (self.read)(left),
            first,
        };
        Ok(())
    }
}

fn may_have_moved(error: &ContentError) -> bool {
    matches!(error, ContentError::Missing(_) | ContentError::Corrupt(_))
}
