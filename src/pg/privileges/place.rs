//! A data directory the user to become can use.

use std::{
    ffi::CString,
    fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt, lchown},
    path::{Path, PathBuf},
};

use nix::unistd::{self, Gid};

use super::{MachineUsers, OsUser, PrivilegesError, Users};

/// A place that works on most machines, if root prepares it.
pub(super) const USUAL_DIRECTORY: &str = "/var/lib/chunkgate";

/// Who owns the data directory; `None` if it does not exist.
pub fn owner(directory: &Path) -> Option<u32> {
    directory.metadata().ok().map(|data| data.uid())
}

/// Makes the data directory `user`'s own, as root: creates it, or takes over an empty one of
/// root's. Anything else that is not the user's stays untouched.
///
/// # Errors
/// [`PrivilegesError::CannotEnter`], which names a directory and a user that work;
/// [`PrivilegesError::NotTheirs`].
pub fn hand_over(user: &OsUser, directory: &Path) -> Result<(), PrivilegesError> {
    let (existing, missing) = split_existing(directory)?;
    let above = if missing.is_empty() {
        existing.parent()
    } else {
        Some(existing.as_path())
    };
    if let Some(blocked) = above.and_then(|above| first_closed(user, above)) {
        return Err(PrivilegesError::CannotEnter {
            user: user.name.clone(),
            directory: directory.to_owned(),
            owner: owner(&blocked)
                .filter(|uid| *uid != 0)
                .and_then(|uid| MachineUsers.by_uid(uid))
                .map(|user| user.name),
            blocked,
        });
    }
    if missing.is_empty() {
        return take_over(user, &existing);
    }
    let mut path = existing;
    for name in missing {
        path.push(name);
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(PrivilegesError::io("create", &path))?;
        give(user, &path)?;
        sync_parent(&path).map_err(PrivilegesError::io("sync the parent of", &path))?;
    }
    Ok(())
}

/// The part of the path that exists, without symbolic links, and the names that do not exist.
fn split_existing(directory: &Path) -> Result<(PathBuf, Vec<PathBuf>), PrivilegesError> {
    let absolute =
        std::path::absolute(directory).map_err(PrivilegesError::io("find", directory))?;
    let mut missing = Vec::new();
    for ancestor in absolute.ancestors() {
        match ancestor.canonicalize() {
            Ok(existing) => {
                missing.reverse();
                return Ok((existing, missing));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                missing.extend(ancestor.file_name().map(PathBuf::from));
            }
            Err(error) => return Err(PrivilegesError::io("open", ancestor)(error)),
        }
    }
    Ok((PathBuf::from("/"), missing))
}

/// The outermost directory on the way to `directory`, itself included, that `user` cannot enter.
fn first_closed(user: &OsUser, directory: &Path) -> Option<PathBuf> {
    let groups = groups(user);
    let mut way: Vec<&Path> = directory.ancestors().collect();
    way.reverse();
    way.into_iter()
        .find(|step| {
            !step
                .metadata()
                .is_ok_and(|data| may_enter(user, &groups, &data))
        })
        .map(Path::to_owned)
}

fn groups(user: &OsUser) -> Vec<u32> {
    let primary = Gid::from_raw(user.gid);
    CString::new(user.name.as_str())
        .ok()
        .and_then(|name| unistd::getgrouplist(&name, primary).ok())
        .map_or_else(
            || vec![user.gid],
            |groups| groups.into_iter().map(Gid::as_raw).collect(),
        )
}

/// Judges by the mode; an access list that says otherwise is not seen.
fn may_enter(user: &OsUser, groups: &[u32], directory: &fs::Metadata) -> bool {
    let search = if directory.uid() == user.uid {
        0o100
    } else if groups.contains(&directory.gid()) {
        0o010
    } else {
        0o001
    };
    directory.mode() & search != 0
}

fn take_over(user: &OsUser, directory: &Path) -> Result<(), PrivilegesError> {
    let data = directory
        .metadata()
        .map_err(PrivilegesError::io("open", directory))?;
    if data.uid() == user.uid {
        return Ok(());
    }
    let mut entries = fs::read_dir(directory).map_err(PrivilegesError::io("read", directory))?;
    if data.uid() == 0 && entries.next().is_none() {
        return give(user, directory);
    }
    Err(PrivilegesError::NotTheirs {
        user: user.name.clone(),
        directory: directory.to_owned(),
        owner: data.uid(),
    })
}

fn give(user: &OsUser, path: &Path) -> Result<(), PrivilegesError> {
    lchown(path, Some(user.uid), Some(user.gid)).map_err(PrivilegesError::io("chown", path))
}

/// A power cut must not take a new directory with everything that will be acknowledged in it.
fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent()
        .map_or(Ok(()), |parent| fs::File::open(parent)?.sync_all())
}

/// Another data directory that works for `user`, made ready: for `demo`, whose data may lie
/// anywhere. The caller says where.
pub fn alternative(user: &OsUser) -> Result<PathBuf, PrivilegesError> {
    let private = format!("/var/tmp/chunkgate-{}", user.name);
    first_that_works(
        user,
        // Not the usual directory, which may be a real gateway's.
        &[
            PathBuf::from(format!("{USUAL_DIRECTORY}-demo")),
            PathBuf::from(private),
        ],
    )
}

fn first_that_works(user: &OsUser, places: &[PathBuf]) -> Result<PathBuf, PrivilegesError> {
    let mut tried = Vec::new();
    for place in places {
        // In a directory everybody writes to, a link could lead root to somebody else's directory.
        let result = if place.is_symlink() {
            Err("it is a symbolic link".to_owned())
        } else {
            hand_over(user, place).map_err(|error| error.to_string())
        };
        match result {
            Ok(()) => return Ok(place.clone()),
            Err(error) => tried.push(format!("{} ({error})", place.display())),
        }
    }
    Err(PrivilegesError::NoPlace {
        user: user.name.clone(),
        tried: tried.join(", "),
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn myself() -> OsUser {
        let uid = nix::unistd::Uid::effective().as_raw();
        MachineUsers.by_uid(uid).expect("this user has a name")
    }

    #[test]
    fn the_first_place_that_works_is_taken_but_never_a_link() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("target");
        fs::create_dir(&target).expect("a folder");
        let link = folder.path().join("link");
        symlink(&target, &link).expect("a link");
        let fresh = folder.path().join("fresh");

        let taken = first_that_works(&myself(), &[link.clone(), fresh.clone()]);
        assert_eq!(taken.expect("a place"), fresh);
        assert!(fresh.is_dir());

        let error = first_that_works(&myself(), &[link]).expect_err("no place");
        assert!(error.to_string().contains("symbolic link"), "{error}");
    }
}
