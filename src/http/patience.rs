//! How long an answer waits for a client that takes it slowly.

use std::{
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::Instant;

use super::timer::Timer;

/// The time that an answer may wait for its client.
///
/// It runs down while there is something to write and no room for it, and each byte that the client
/// takes gives some of it back, up to what there was at first. So a client that takes an answer at
/// the rate or faster is waited for as long as the answer is, one that is slower on the average is
/// not, and one that stops is given up after what there was at first. What the gateway needs to have
/// the next piece is not counted.
#[derive(Debug)]
pub struct Patience {
    most: Duration,
    /// Bytes that give a second back; 0: any number gives everything back.
    rate: u64,
    left: Duration,
    /// Since when something has to be written and there is no room for it.
    since: Option<Instant>,
    /// Something has waited, and not everything was written yet.
    waits: bool,
    timer: Timer,
}

impl Patience {
    pub fn new(most: Duration, rate: u64) -> Self {
        Self {
            most,
            rate,
            left: most,
            since: None,
            waits: false,
            timer: Timer::default(),
        }
    }

    /// Whether something waits.
    pub fn waits(&self) -> bool {
        self.waits
    }

    /// There is no room: ready when the time is over; otherwise the task is woken when it will be.
    pub fn poll_wait(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.waits = true;
        let since = *self.since.get_or_insert_with(Instant::now);
        self.timer.poll_at(since + self.left, context)
    }

    /// The client took so many bytes.
    pub fn took(&mut self, bytes: usize) {
        self.stop();
        if self.left == self.most {
            return;
        }
        let nanoseconds = (bytes as u64).saturating_mul(1_000_000_000);
        let earned = match nanoseconds.checked_div(self.rate) {
            Some(earned) => Duration::from_nanos(earned),
            None => self.most,
        };
        self.left = self.left.saturating_add(earned).min(self.most);
    }

    /// Everything there is was written, but more of the same answer may come.
    pub fn pause(&mut self) {
        self.stop();
        self.waits = false;
    }

    /// The whole answer was written.
    pub fn end(&mut self) {
        self.since = None;
        self.waits = false;
        self.left = self.most;
    }

    fn stop(&mut self) {
        if let Some(since) = self.since.take() {
            self.left = self.left.saturating_sub(since.elapsed());
        }
    }
}
