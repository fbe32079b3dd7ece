//! Where a fax lies in the spool.

use std::path::PathBuf;

use crate::{
    app::spool_settings,
    fax::delivery::{Attempt, spool::directory_of},
    settings::Settings,
};

/// The directory of an attempt in the spool of these settings, whether or not it is there.
pub fn spool_directory(settings: &Settings, attempt: Attempt) -> PathBuf {
    let spool = spool_settings(settings).path;
    // Whoever reads the path may be in another working directory than we are.
    let spool = std::path::absolute(&spool).unwrap_or(spool);
    directory_of(&spool, attempt)
}
