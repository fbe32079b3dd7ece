//! What an operator says of a spool.

use std::{path::PathBuf, time::Duration};

/// Where a spool is, and who may use it.
#[derive(Clone, Debug)]
pub struct SpoolSettings {
    /// Its directory, which is made if it is missing.
    pub path: PathBuf,
    /// Whether the directory's group may read faxes and write `taken` and `status`; else only the
    /// gateway's own user may.
    pub group_access: bool,
    /// Leftovers that nobody has touched for so long are removed. Longer than a fax may take to be
    /// written, or processes that share the spool may have to write it again.
    pub sweep_after: Duration,
}

impl SpoolSettings {
    /// A spool in this directory, which the group may use.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            group_access: true,
            sweep_after: Duration::from_hours(1),
        }
    }
}
