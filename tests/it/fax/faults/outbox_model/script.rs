//! What a script may say.

use std::fmt;

use chunkgate::fax::delivery::{Outcome, Report};
use proptest::prelude::*;

use super::{BUSY, MOST};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Sent,
    Busy,
    Final,
}

impl Said {
    pub fn outcome(self) -> Outcome {
        let report = Report::default();
        match self {
            Self::Sent => Outcome::Sent(report),
            Self::Busy | Self::Final => Outcome::Failed {
                code: BUSY,
                text: "busy".to_owned(),
                may_retry: self == Self::Busy,
                report,
            },
        }
    }
}

/// How handing over went.
#[derive(Clone, Copy, Debug)]
pub enum Went {
    Taken,
    /// The delivery has it, and the worker does not know.
    Unheard,
    Refused,
    AtOnce(Said),
    /// Refused, and for too long.
    GivenUp,
}

/// One line of a script. Indices are taken modulo what there is.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Submit {
        valid: usize,
        invalid: usize,
    },
    Claim {
        worker: usize,
    },
    /// A worker does what it claimed, and tells the delivery, not the database.
    Work {
        worker: usize,
        claim: usize,
        went: Went,
    },
    /// A worker writes down how it went, perhaps much later.
    WriteDown {
        worker: usize,
        claim: usize,
    },
    /// A lease ends, a pause, or somebody's patience.
    Due {
        transaction: usize,
    },
    /// The consumer begins to send what a delivery has.
    Take {
        transaction: usize,
    },
    Finish {
        transaction: usize,
        said: Said,
    },
    Collect,
    Overdue,
    Cancel {
        transaction: usize,
    },
    Requeue {
        transaction: usize,
    },
    Hasten {
        transaction: usize,
    },
}

pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let said = || prop_oneof![2 => Just(Said::Sent), 2 => Just(Said::Busy), 1 => Just(Said::Final)];
    let went = prop_oneof![
        5 => Just(Went::Taken),
        2 => Just(Went::Unheard),
        2 => Just(Went::Refused),
        2 => said().prop_map(Went::AtOnce),
        1 => Just(Went::GivenUp),
    ];
    let (worker, claim, transaction) = (0..2_usize, 0..4_usize, 0..MOST);
    let step = prop_oneof![
        2 => (0..3_usize, 0..2_usize).prop_map(|(valid, invalid)| Step::Submit { valid, invalid }),
        5 => worker.clone().prop_map(|worker| Step::Claim { worker }),
        6 => (worker.clone(), claim.clone(), went)
            .prop_map(|(worker, claim, went)| Step::Work { worker, claim, went }),
        6 => (worker, claim).prop_map(|(worker, claim)| Step::WriteDown { worker, claim }),
        4 => transaction.clone().prop_map(|transaction| Step::Due { transaction }),
        3 => transaction.clone().prop_map(|transaction| Step::Take { transaction }),
        3 => (transaction.clone(), said())
            .prop_map(|(transaction, said)| Step::Finish { transaction, said }),
        3 => Just(Step::Collect),
        1 => Just(Step::Overdue),
        2 => transaction.clone().prop_map(|transaction| Step::Cancel { transaction }),
        1 => transaction.clone().prop_map(|transaction| Step::Requeue { transaction }),
        1 => transaction.prop_map(|transaction| Step::Hasten { transaction }),
    ];
    prop::collection::vec(step, 1..40).prop_map(|mut steps| {
        steps.insert(
            0,
            Step::Submit {
                valid: 2,
                invalid: 0,
            },
        );
        steps
    })
}

/// A script to read: a line a step.
#[derive(Clone)]
pub struct Script(pub Vec<Step>);

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        for (number, step) in self.0.iter().enumerate() {
            writeln!(f, "  {:2}. {step:?}", number + 1)?;
        }
        Ok(())
    }
}
