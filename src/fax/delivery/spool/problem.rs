//! What is wrong with a spool, and what to do about it.

use std::{
    io::{self, ErrorKind},
    path::Path,
};

use crate::fax::delivery::DeliveryError;

/// A state of the spool in which nothing can be done.
#[derive(Clone, Copy)]
pub(super) enum Problem {
    /// Something has an attempt's name and is none.
    Foreign,
    /// Others changed an attempt while it was looked at.
    Vanished,
}

impl Problem {
    pub fn at(self, path: &Path) -> DeliveryError {
        let path = path.display();
        DeliveryError::Unavailable(match self {
            Self::Foreign => format!(
                "{path} was not made by chunkgate, and stands in the way of a fax: move it elsewhere"
            ),
            Self::Vanished => format!(
                "{path} comes and goes: see that nothing but chunkgate makes or removes directories there"
            ),
        })
    }
}

/// Tells of a failed operation on a path.
pub(super) fn problem(action: &str, path: &Path) -> impl FnOnce(io::Error) -> DeliveryError {
    move |error| {
        let mend = mend(error.kind());
        let path = path.display();
        DeliveryError::Unavailable(format!("cannot {action} {path}: {error}; {mend}"))
    }
}

fn mend(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room on the spool's file system",
        ErrorKind::ReadOnlyFilesystem => "mount the spool's file system for writing",
        ErrorKind::PermissionDenied => "let the gateway's user read and write there",
        ErrorKind::NotFound => "if the spool's file system is not mounted, mount it",
        ErrorKind::NotADirectory => "move aside what is there, or set another directory",
        _ => "see the system's log for what is wrong with the spool's file system",
    }
}
