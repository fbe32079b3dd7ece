//! Making a spool, proving that it works, and clearing up in it.

use std::{
    ffi::OsString,
    io::ErrorKind,
    ops::ControlFlow,
    path::{self, Path},
    sync::Arc,
    time::{Duration, SystemTime},
};

use uuid::Uuid;

use super::{
    SpoolSettings,
    disk::SpoolDisk,
    forget::GONE,
    names,
    place::{Place, Use},
    problem::problem,
};
use crate::fax::delivery::DeliveryError;

/// No more leftovers are looked at in one go.
const SWEEP: usize = 1000;
/// What a probe writes: enough to need space of its own on any file system.
const PROBE: [u8; 4096] = [0; 4096];

/// Makes what is missing of a spool.
pub(super) fn open(
    disk: Arc<dyn SpoolDisk>,
    settings: &SpoolSettings,
) -> Result<Place, DeliveryError> {
    let path = path::absolute(&settings.path);
    let path = path.map_err(problem("use as a spool", &settings.path))?;
    let place = Place {
        disk,
        tmp: path.join("tmp"),
        new: path.join(names::NEW),
        group_access: settings.group_access,
    };
    let mut above: Vec<_> = path
        .ancestors()
        .filter(|it| it.parent().is_some())
        .collect();
    above.reverse();
    for directory in above {
        make(&place, directory, Use::Attempts)?;
    }
    make(&place, &place.tmp, Use::Gateway)?;
    make(&place, &place.new, Use::Attempts)?;
    probe(&place)?;
    sweep(&place, settings.sweep_after);
    Ok(place)
}

/// Makes a directory, if it is missing, and its name durable.
fn make(place: &Place, path: &Path, purpose: Use) -> Result<(), DeliveryError> {
    let made = match place
        .disk
        .create_directory(path, place.directory_mode(purpose))
    {
        Ok(()) => true,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
        Err(error) => return Err(problem("make the directory", path)(error)),
    };
    let listed = place.disk.list(path, &mut |_| ControlFlow::Break(()));
    match listed {
        // Directories above the spool are others' business.
        Err(error) if error.kind() == ErrorKind::PermissionDenied && !is_ours(place, path) => {}
        listed => listed.map_err(problem("use as a directory", path))?,
    }
    let Some(parent) = path.parent() else {
        return Ok(());
    };
    // Also if it was there: whoever made it may not have come to this. If it cannot be done for
    // what others made, they have to answer for it.
    match place.sync(parent) {
        Err(error) if made || is_ours(place, path) => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Whether a directory is within the spool, or the spool itself.
fn is_ours(place: &Place, path: &Path) -> bool {
    path == place.tmp || path == place.new || place.new.parent() == Some(path)
}

/// Proves that a fax could be written now.
pub(super) fn probe(place: &Place) -> Result<(), DeliveryError> {
    // If the file system is not mounted, what lies below it has no such directory.
    let listed = place.disk.list(&place.new, &mut |_| ControlFlow::Break(()));
    listed.map_err(problem("list", &place.new))?;
    let scratch = place.scratch()?;
    place.write(&scratch.path.join("probe"), &PROBE)?;
    place.sync(&scratch.path)?;
    let removed = place.disk.remove(&scratch.path);
    removed.map_err(problem("remove", &scratch.path))
}

/// Removes what was left beside the attempts, if nobody has touched it for some time.
pub(super) fn sweep(place: &Place, age: Duration) {
    let mut names: Vec<OsString> = Vec::new();
    let listed = place.disk.list(&place.tmp, &mut |name| {
        names.push(name.to_owned());
        if names.len() < SWEEP {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    if let Err(error) = listed {
        tracing::warn!(%error, path = %place.tmp.display(), "the spool cannot be swept");
    }
    for name in names {
        let path = place.tmp.join(&name);
        let Ok(found) = place.disk.look(&path) else {
            // Another gateway was faster.
            continue;
        };
        let untouched = SystemTime::now().duration_since(found.modified);
        if untouched.unwrap_or_default() < age {
            continue;
        }
        let is_gone = name.as_encoded_bytes().starts_with(GONE.as_bytes());
        if let Err(error) = discard(place, &path, found.is_directory && !is_gone) {
            tracing::warn!(%error, path = %path.display(), "a leftover cannot be removed from the spool");
        }
    }
}

fn discard(place: &Place, path: &Path, may_be_in_use: bool) -> std::io::Result<()> {
    if !may_be_in_use {
        return place.disk.remove(path);
    }
    // Another gateway may be about to hand it over after all. Moved in one step, it is the one
    // or the other; removed where it is, a fax with half of its documents could be handed over.
    let gone = place.tmp.join(format!("{GONE}{}", Uuid::new_v4().simple()));
    place.disk.move_directory(path, &gone)?;
    place.disk.remove(&gone)
}
