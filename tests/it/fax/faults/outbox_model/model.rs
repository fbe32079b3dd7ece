//! What the rows are to say.

use chunkgate::fax::{
    item::TransactionState as State,
    outcome::{CANCELLED, INVALID_NUMBER},
};
use uuid::Uuid;

use super::{BUSY, RETRIES, UNDER_WAY, script::Said};

/// What the rows of a transaction say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    pub state: State,
    pub code: u32,
    // The greatest there has been.
    pub attempt: u32,
    pub failures: u32,
    pub cancel_requested: bool,
    pub trials: u32,
    pub lease: Option<Uuid>,
    pub is_due: bool,
}

impl Model {
    pub fn new(is_valid: bool) -> Self {
        Self {
            state: if is_valid {
                State::Waiting
            } else {
                State::Failed
            },
            code: if is_valid { 0 } else { INVALID_NUMBER.code },
            attempt: is_valid.into(),
            failures: 0,
            cancel_requested: false,
            trials: 0,
            lease: None,
            is_due: is_valid,
        }
    }

    /// The number for clients.
    pub fn status(&self) -> i32 {
        match self.state {
            State::Sent | State::Failed | State::Cancelled => {
                i32::try_from(self.code).expect("small")
            }
            State::Waiting if self.attempt == 1 => -2,
            State::Waiting | State::Delivering | State::HandedOver => -3,
        }
    }

    pub fn is_with(&self, attempt: u32, phases: &[State]) -> bool {
        self.attempt == attempt && phases.contains(&self.state)
    }

    pub fn end(&mut self, attempt: u32, phases: &[State], state: State, code: u32) -> bool {
        let ends = self.is_with(attempt, phases);
        if ends {
            self.trials = self.trials.max(attempt);
            (self.state, self.code) = (state, code);
            (self.lease, self.is_due) = (None, false);
        }
        ends
    }

    /// Puts down how an attempt ended, wherever it is: its delivery knows best.
    pub fn settle(&mut self, attempt: u32, said: Said) {
        let has_more = said == Said::Busy && attempt <= RETRIES && !self.cancel_requested;
        if has_more && self.is_with(attempt, &UNDER_WAY) {
            self.trials = self.trials.max(attempt);
            (self.state, self.attempt, self.failures) = (State::Waiting, attempt + 1, 0);
            (self.lease, self.is_due) = (None, false);
            return;
        }
        let (state, code) = match said {
            Said::Sent => (State::Sent, 0),
            Said::Busy | Said::Final if self.cancel_requested => (State::Cancelled, CANCELLED.code),
            Said::Busy | Said::Final => (State::Failed, BUSY),
        };
        self.end(attempt, &UNDER_WAY, state, code);
    }
}
