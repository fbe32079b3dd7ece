//! What the consumer says of an attempt.

use std::io::ErrorKind;

use super::{
    names::STATUS,
    place::Place,
    status::{self, LONGEST},
};
use crate::fax::delivery::{Attempt, DeliveryError, Outcome};

/// The consumer's word, as far as there is one.
pub(super) enum Said {
    Nothing,
    /// There is something, and this is why nobody can tell what it means.
    Nonsense(String),
    Ended(Outcome),
}

/// Reads the status of an attempt.
pub(super) fn said(place: &Place, attempt: Attempt) -> Result<Said, DeliveryError> {
    let directory = place.directory(attempt)?;
    let path = directory.join(STATUS);
    let text = match place.disk.read(&path, LONGEST + 1) {
        Ok(Some(text)) => text,
        Ok(None) => return Ok(Said::Nonsense("it is no regular file".to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Said::Nothing),
        Err(error) => return Ok(Said::Nonsense(format!("it cannot be read: {error}"))),
    };
    let outcome = match status::parse(&text) {
        Ok(outcome) => outcome,
        Err(problem) => return Ok(Said::Nonsense(problem)),
    };
    // Once it is told, the fax is over. If a power cut undid what the consumer wrote, the consumer
    // would send the fax a second time.
    let synced = place.disk.sync_file(&path);
    match synced.and_then(|()| place.disk.sync_directory(&directory)) {
        Ok(()) => Ok(Said::Ended(outcome)),
        Err(error) => Ok(Said::Nonsense(format!(
            "it cannot be made durable: {error}"
        ))),
    }
}
