//! How transactions end, in the original service's numbers: 0 is sent, above 0 is failed.

use super::{
    delivery::{Outcome, Report},
    item::TransactionState,
    repository::End,
};

/// An end that chunkgate itself decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Its number. The original's documentation has a number for internal errors only; the others
    /// are ours, far from those that fax machines give.
    pub code: u32,
    /// For people.
    pub text: &'static str,
}

/// No delivery took it in time.
pub const GIVEN_UP: Reason = Reason {
    code: 1,
    text: "internal error: it could not be handed over in time",
};
/// Its client or an operator did not want it any more.
pub const CANCELLED: Reason = Reason {
    code: 900_001,
    text: "cancelled",
};
/// Its number cannot be dialled.
pub const INVALID_NUMBER: Reason = Reason {
    code: 900_002,
    text: "the fax number cannot be dialled",
};
/// A delivery took it and never said how it ended.
pub const NO_OUTCOME: Reason = Reason {
    code: 900_003,
    text: "it was handed over, and nobody said how it ended",
};

/// Its delivery will not take it.
pub const REFUSED: Reason = Reason {
    code: 900_004,
    text: "the delivery refuses it",
};

/// Every reason of ours.
pub const REASONS: [Reason; 5] = [GIVEN_UP, CANCELLED, INVALID_NUMBER, NO_OUTCOME, REFUSED];

impl Reason {
    /// The end of a transaction for this reason.
    pub fn end(self) -> End {
        End {
            state: if self == CANCELLED {
                TransactionState::Cancelled
            } else {
                TransactionState::Failed
            },
            code: self.code,
            text: self.text.to_owned(),
            report: Report::default(),
            dead_letter: self == GIVEN_UP || self == REFUSED,
        }
    }

    /// The same as a delivery tells it of an attempt, for good.
    pub fn outcome(self) -> Outcome {
        Outcome::Failed {
            code: self.code,
            text: self.text.to_owned(),
            may_retry: false,
            report: Report::default(),
        }
    }
}

impl From<Outcome> for End {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Sent(report) => Self {
                state: TransactionState::Sent,
                code: 0,
                text: String::new(),
                report,
                dead_letter: false,
            },
            Outcome::Failed {
                code, text, report, ..
            } => Self {
                state: TransactionState::Failed,
                code: code.max(1),
                text,
                report,
                dead_letter: false,
            },
            Outcome::Refused { text } => Self {
                text: format!("{}: {text}", REFUSED.text),
                ..REFUSED.end()
            },
        }
    }
}
