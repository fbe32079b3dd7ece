//! Telling the operator once of what a consumer wrote that nobody understands.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use crate::fax::delivery::Attempt;

/// So many attempts are remembered; with more, some are told of again.
const REMEMBERED: usize = 4096;

/// The attempts whose status was complained of.
#[derive(Default)]
pub(super) struct Warned(Mutex<HashSet<Attempt>>);

impl Warned {
    /// Logs what is wrong with the status of an attempt, unless that was done before.
    pub fn once(&self, attempt: Attempt, problem: &str) {
        let mut warned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.len() >= REMEMBERED {
            warned.clear();
        }
        if warned.insert(attempt) {
            tracing::warn!(
                %attempt, problem,
                "the status of a fax in the spool is not understood, so the fax counts as not ended: write it anew"
            );
        }
    }

    pub fn forget(&self, attempt: Attempt) {
        let mut warned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        warned.remove(&attempt);
    }
}
