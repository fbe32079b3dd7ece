//! Handing over: written beside, made durable, then moved to where the consumer looks.

use std::time::Instant;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::mpsc::{Receiver, Sender};

use super::{description::describe, documents::Documents, names::DESCRIPTION, place::Place};
use crate::{
    engine::UploadError,
    fax::delivery::{Attempt, Content, DeliveryError, Fax},
};

/// What travels from the content to the thread that writes.
pub(super) enum Portion {
    Bytes(Bytes),
    /// There is no more; without it the content has broken off.
    End,
}

/// Sends all of the content to the thread that writes.
pub(super) async fn feed(
    content: &dyn Content,
    portions: Sender<Portion>,
) -> Result<(), UploadError> {
    let mut stream = content.open();
    while let Some(bytes) = stream.next().await {
        // If nobody takes it, the thread has given up and says why.
        if portions.send(Portion::Bytes(bytes?)).await.is_err() {
            return Ok(());
        }
    }
    let _ = portions.send(Portion::End).await;
    Ok(())
}

/// Whether the attempt was handed over before, or withdrawn. It is durable then.
pub(super) fn is_known(place: &Place, attempt: Attempt) -> Result<bool, DeliveryError> {
    let known = place.knows(attempt)?;
    if known {
        // Whoever put it there may not have come to this.
        place.sync(&place.new)?;
    }
    Ok(known)
}

/// Writes a fax. After an error nothing of it is left, unless it is complete.
pub(super) fn write(
    place: &Place,
    fax: &Fax,
    mut portions: Receiver<Portion>,
) -> Result<(), DeliveryError> {
    let scratch = place.scratch()?;
    let mut documents = Documents::new(place, &scratch.path, &fax.documents);
    loop {
        match portions.blocking_recv() {
            Some(Portion::Bytes(bytes)) => documents.write(&bytes)?,
            Some(Portion::End) => break,
            None => {
                return Err(DeliveryError::Unavailable(
                    "the hand-over was given up".to_owned(),
                ));
            }
        }
    }
    let written = documents.finish()?;
    let description = describe(fax, &written).map_err(|error| {
        let attempt = fax.attempt;
        DeliveryError::Unavailable(format!(
            "fax {attempt} cannot be described: {error}; this is a fault of chunkgate's, report it"
        ))
    })?;
    place.write(&scratch.path.join(DESCRIPTION), &description)?;
    place.sync(&scratch.path)?;
    // By now it may have been handed over by somebody else, sent and forgotten.
    if Instant::now() >= fax.until {
        let problem = "writing a fax took longer than it may (a part of fax.lease): see whether the \
                       spool's file system is too slow";
        return Err(DeliveryError::Unavailable(problem.to_owned()));
    }
    place.publish(&scratch, fax.attempt)?;
    Ok(())
}
