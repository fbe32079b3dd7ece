//! Taking an attempt back.
//!
//! Not in turn with a hand-over, for which nobody would want to wait: the row decides what has not
//! been posted, and the service what has, whichever of the two messages it gets first.

use super::{
    Webhook,
    answer::Answer,
    description::cancellation,
    said::{Said, is_cancelled},
};
use crate::fax::delivery::{
    Attempt, DeliveryError, Outcome, Withdrawal,
    ledger::{Entry, Phase},
};

impl Webhook {
    pub(super) async fn take_back(&self, attempt: Attempt) -> Result<Withdrawal, DeliveryError> {
        self.rows.withdraw(attempt).await?;
        let unposted = |entry: &Entry| (entry.phase == Phase::Offered).then(|| withdrawn(entry));
        let Some(entry) = self.rows.advance(attempt, unposted).await? else {
            // Whoever forgets it knows that it is over.
            return Ok(Withdrawal::Withdrawn);
        };
        match entry.phase {
            Phase::Withdrawn => Ok(Withdrawal::Withdrawn),
            Phase::Ended(outcome) => Ok(ended(outcome)),
            Phase::Offered | Phase::Submitting | Phase::Taken => self.cancel(&entry).await,
        }
    }

    /// Asks the service, which has it or may have it.
    async fn cancel(&self, entry: &Entry) -> Result<Withdrawal, DeliveryError> {
        let Some(target) = &self.cancel else {
            return Ok(Withdrawal::TooLate);
        };
        self.same_place(entry, target)?;
        let (attempt, key) = (entry.attempt, &entry.reference);
        let message = cancellation(attempt, key)
            .map_err(|error| DeliveryError::Unavailable(error.to_string()))?;
        let outcome = match self.post(target, key, message).await? {
            Answer::Said(Said::Ended(outcome)) => outcome,
            Answer::Said(Said::Accepted { .. }) => return Ok(Withdrawal::TooLate),
            Answer::Noted => {
                let why = format!(
                    "{} answered 202 without saying whether it will send the fax ({})",
                    target.authority, target.setting
                );
                return Err(DeliveryError::Unavailable(why));
            }
            Answer::Refused(why) | Answer::NotTaken(why) | Answer::Unknown(why) => {
                return Err(DeliveryError::Unavailable(why));
            }
        };
        let said = |entry: &Entry| match entry.phase.is_over() {
            true => None,
            false if is_cancelled(&outcome) => Some(withdrawn(entry)),
            false => Some(Entry {
                phase: Phase::Ended(outcome.clone()),
                ..entry.clone()
            }),
        };
        let entry = self.rows.advance(attempt, said).await?;
        Ok(match entry.map(|it| it.phase) {
            Some(Phase::Withdrawn) => Withdrawal::Withdrawn,
            Some(Phase::Ended(outcome)) => ended(outcome),
            _ => ended(outcome),
        })
    }
}

fn withdrawn(entry: &Entry) -> Entry {
    Entry {
        phase: Phase::Withdrawn,
        ..entry.clone()
    }
}

/// What an end means for whoever wants it withdrawn: not to be sent is just that.
fn ended(outcome: Outcome) -> Withdrawal {
    if is_cancelled(&outcome) {
        Withdrawal::Withdrawn
    } else {
        Withdrawal::Ended(outcome)
    }
}
