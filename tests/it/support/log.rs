//! Everything that is logged; for tests with a process of their own.

use std::{
    fs::File,
    io::{Seek, read_to_string},
    sync::Arc,
};

/// What was logged since this was made, at every level of ours.
pub struct Log(Arc<File>);

impl Log {
    /// Begins to keep what is logged.
    ///
    /// # Panics
    /// If the process logs already.
    pub fn keep() -> Self {
        let lines = Arc::new(tempfile::tempfile().expect("a file"));
        tracing_subscriber::fmt()
            .with_env_filter("warn,chunkgate=trace")
            .with_writer(Arc::clone(&lines))
            .init();
        Self(lines)
    }

    /// The lines so far.
    pub fn text(&self) -> String {
        (&*self.0).rewind().expect("a file");
        read_to_string(&*self.0).expect("text")
    }
}
