//! Forgetting what is over, and listing what is kept.

use std::{collections::BinaryHeap, io::ErrorKind, ops::ControlFlow};

use uuid::Uuid;

use super::{names, place::Place, problem::problem};
use crate::fax::delivery::{Attempt, DeliveryError};

/// How directories begin that are being removed.
pub(super) const GONE: &str = "gone-";

/// Removes an attempt, if it is there.
pub(super) fn forget(place: &Place, attempt: Attempt) -> Result<(), DeliveryError> {
    let directory = place.directory(attempt)?;
    let gone = place.tmp.join(format!("{GONE}{}", Uuid::new_v4().simple()));
    let moved = match place.disk.move_directory(&directory, &gone) {
        Ok(()) => true,
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(problem("move away", &directory)(error)),
    };
    // Before anything in it is removed: if a power cut undid the move afterwards, the consumer
    // would find a fax that nobody has taken. Also if it is gone: whoever moved it may not have
    // come to this.
    place.sync(&place.new)?;
    place.sync(&place.tmp)?;
    if moved && let Err(error) = place.disk.remove(&gone) {
        tracing::warn!(
            %attempt, %error, path = %gone.display(),
            "a fax that is over cannot be removed from the spool; it is tried again later"
        );
    }
    Ok(())
}

/// The attempts after one, in order, at most `limit`.
pub(super) fn kept(
    place: &Place,
    after: Option<Attempt>,
    limit: usize,
) -> Result<Vec<Attempt>, DeliveryError> {
    // The smallest ones, greatest on top: a spool may hold more than fits in memory.
    let mut smallest = BinaryHeap::new();
    let listed = place.disk.list(&place.new, &mut |name| {
        let attempt = name.to_str().and_then(names::parse);
        if let Some(attempt) = attempt.filter(|attempt| after.is_none_or(|after| *attempt > after))
        {
            smallest.push(attempt);
            if smallest.len() > limit {
                smallest.pop();
            }
        }
        ControlFlow::Continue(())
    });
    listed.map_err(problem("list", &place.new))?;
    Ok(smallest.into_sorted_vec())
}
