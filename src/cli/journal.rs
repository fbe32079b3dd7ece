//! The journal as commands read it: beside a gateway that writes, or alone.

use std::{path::Path, sync::Arc};

use crate::content::{disk::RealDisk, journal::JournalReader};

use super::Failure;

/// Opens the journal in `directory` for reading only.
pub(super) fn open(directory: &Path) -> Result<JournalReader, Failure> {
    Ok(JournalReader::open(Arc::new(RealDisk), directory)?)
}
