//! The journal as commands read it: beside a gateway that writes, or alone.

use std::{path::Path, sync::Arc};

use crate::content::{disk::RealDisk, journal::JournalReader};

use super::Failure;

/// Opens the journal in `directory` for reading only.
pub(super) fn open(directory: &Path) -> Result<JournalReader, Failure> {
    if !directory.is_dir() {
        return Err(Failure::Refused(format!(
            "there is no content store at {}; --data-dir names the directory of a gateway",
            directory.display()
        )));
    }
    Ok(JournalReader::open(Arc::new(RealDisk), directory)?)
}
