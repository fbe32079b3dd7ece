//! A time limit that is begun and ended again and again.

use std::{
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::Instant;

use super::timer::Timer;

/// A limit to how long something may take that a connection waits for.
#[derive(Debug)]
pub struct Deadline {
    patience: Duration,
    begun: Option<Instant>,
    timer: Timer,
}

impl Deadline {
    /// What takes longer than `patience` is too late.
    pub fn new(patience: Duration) -> Self {
        Self {
            patience,
            begun: None,
            timer: Timer::default(),
        }
    }

    /// Time runs from now, unless it runs already.
    pub fn begin(&mut self) {
        self.begun.get_or_insert_with(Instant::now);
    }

    /// What was waited for has come.
    pub fn end(&mut self) {
        self.begun = None;
    }

    /// Ready when time runs and is over; otherwise the task is woken when it will be.
    pub fn poll_over(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(begun) = self.begun else {
            return Poll::Pending;
        };
        self.timer.poll_at(begun + self.patience, context)
    }
}
