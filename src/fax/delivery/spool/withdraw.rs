//! Withdrawing: whoever makes `taken` first has the attempt.

use std::{io::ErrorKind, path::Path};

use super::{
    names::TAKEN,
    place::Place,
    problem::{Problem, problem},
    said::{Said, said},
};
use crate::fax::delivery::{Attempt, DeliveryError, Withdrawal};

/// What stands in a `taken` that the gateway made.
const WITHDRAWN: &[u8] = b"chunkgate: withdrawn\n";

/// Looks at an attempt that keeps coming and going no more often than this.
const ROUNDS: usize = 8;

/// Takes an attempt back, whether or not it is there.
pub(super) fn withdraw(place: &Place, attempt: Attempt) -> Result<Withdrawal, DeliveryError> {
    let directory = place.directory(attempt)?;
    let taken = directory.join(TAKEN);
    if let Some(answer) = settled(place, attempt, &directory)? {
        return Ok(answer);
    }
    // With its text before anybody can see it: a `taken` without it would be the consumer's.
    let claim = place.scratch()?;
    let text = claim.path.join(TAKEN);
    place.write(&text, WITHDRAWN)?;
    place.sync(&claim.path)?;
    for _ in 0..ROUNDS {
        match place.disk.link(&text, &taken) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            // A hand-over may still be on its way: it finds that the attempt is known.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if place.publish(&claim, attempt)? {
                    return Ok(Withdrawal::Withdrawn);
                }
                continue;
            }
            Err(error) => return Err(problem("make", &taken)(error)),
        }
        if let Some(answer) = settled(place, attempt, &directory)? {
            return Ok(answer);
        }
    }
    Err(Problem::Vanished.at(&directory))
}

/// Whether the attempt was withdrawn, for good. What cannot be read or made durable is asked again.
pub(super) fn is_withdrawn(place: &Place, attempt: Attempt) -> Result<bool, DeliveryError> {
    let directory = place.directory(attempt)?;
    let ours = is_ours(place, &directory.join(TAKEN));
    let synced = || place.sync(&directory).is_ok() && place.sync(&place.new).is_ok();
    Ok(matches!(ours, Ok(Some(true))) && synced())
}

/// Whose the attempt is, if anybody has it; durably, if it is withdrawn.
fn settled(
    place: &Place,
    attempt: Attempt,
    directory: &Path,
) -> Result<Option<Withdrawal>, DeliveryError> {
    let ours = is_ours(place, &directory.join(TAKEN))?;
    let answer = match (said(place, attempt)?, ours) {
        // Consumers that do not make `taken` may still say how it ended.
        (Said::Ended(outcome), _) => Withdrawal::Ended(outcome),
        (Said::Nothing | Said::Nonsense(_), Some(true)) => Withdrawal::Withdrawn,
        (Said::Nonsense(_), Some(false) | None) | (Said::Nothing, Some(false)) => {
            Withdrawal::TooLate
        }
        (Said::Nothing, None) => return Ok(None),
    };
    if answer == Withdrawal::Withdrawn {
        place.sync(directory)?;
        // Nor may the whole attempt be gone after a power cut: it would be handed over again.
        place.sync(&place.new)?;
    }
    Ok(Some(answer))
}

/// Whether the gateway made this `taken`; none if nobody did.
fn is_ours(place: &Place, taken: &Path) -> Result<Option<bool>, DeliveryError> {
    let one_more = WITHDRAWN.len() as u64 + 1;
    match place.disk.read(taken, one_more) {
        Ok(text) => Ok(Some(text.is_some_and(|text| text == WITHDRAWN))),
        Err(error) => match error.kind() {
            ErrorKind::NotFound => Ok(None),
            // The gateway can read its own.
            ErrorKind::PermissionDenied => Ok(Some(false)),
            _ => Err(problem("read", taken)(error)),
        },
    }
}
