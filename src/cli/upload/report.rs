//! What the user of `chunkgate upload` sees while it runs.

use std::time::Duration;

use indicatif::ProgressBar;

use super::{Accepted, Observer};
use crate::cli::output;

/// A progress bar on a terminal, and a line for every call that is made again.
pub(super) struct Report {
    bar: ProgressBar,
}

impl Report {
    pub fn new(length: u64) -> Self {
        Self {
            bar: output::progress(length),
        }
    }

    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Report {
    fn accepted(&mut self, chunk: &Accepted<'_>) {
        self.bar.set_position(chunk.total);
    }

    fn repeats(&mut self, operation: &'static str, reason: &str, pause: Duration) {
        self.bar.suspend(|| {
            note!("{operation} was not answered ({reason}); again in {pause:?}");
        });
    }
}
