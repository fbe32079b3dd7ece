//! The short private directory of the server's socket.

use std::{
    env, fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

use nix::unistd::Uid;

use super::{PgError, endpoint::socket_in};

/// The longest path a Unix socket can have, in bytes.
const LONGEST: usize = 107;

/// A directory only this user can enter, with a name nobody can guess. Removed when dropped.
///
/// Its name is new at each start, so that it also tells one gateway's server from another's.
#[derive(Debug)]
pub(super) struct SocketDir(PathBuf);

impl SocketDir {
    /// Makes one in the first place that does.
    pub(super) fn create() -> Result<Self, PgError> {
        // systemd's directory of a service, which other programs see even if /tmp is private to
        // the service; then that of a login session.
        let named = ["RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"]
            .into_iter()
            .filter_map(env::var_os)
            .map(PathBuf::from)
            .filter(|base| base.is_absolute());
        let user = Path::new("/run/user").join(Uid::effective().to_string());
        let bases = named.chain([user, PathBuf::from("/tmp")]);
        Self::create_in(bases)
    }

    fn create_in(bases: impl IntoIterator<Item = PathBuf>) -> Result<Self, PgError> {
        let mut tried = Vec::new();
        for base in bases {
            match create_below(&base) {
                Ok(path) => return Ok(Self(path)),
                Err(error) => tried.push(format!("{} ({error})", base.display())),
            }
        }
        Err(PgError::NoSocketDirectory {
            tried: tried.join(", "),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SocketDir {
    fn drop(&mut self) {
        // Empty once the server has stopped. If it still runs, the guard removes the directory.
        let _ = fs::remove_dir(&self.0);
    }
}

fn create_below(base: &Path) -> io::Result<PathBuf> {
    refuse_unsafe(base)?;
    let name = format!("chunkgate-{:016x}", getrandom::u64()?);
    let path = base.join(name);
    if socket_in(&path).as_os_str().len() > LONGEST {
        return Err(io::Error::other("too long"));
    }
    // Fails if the name exists, so that the directory is ours and not somebody's trap.
    fs::DirBuilder::new().mode(0o700).create(&path)?;
    Ok(path)
}

/// In a directory that others write to without the sticky bit, they could rename ours away and put
/// their own in its place.
fn refuse_unsafe(base: &Path) -> io::Result<()> {
    let mode = base.metadata()?.mode();
    if mode & 0o022 != 0 && mode & 0o1000 == 0 {
        return Err(io::Error::other("others can rename what is in it"));
    }
    // Postgres reads a list of directories, separated by commas.
    if base.as_os_str().as_encoded_bytes().contains(&b',') {
        return Err(io::Error::other("a comma in its name"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().expect("it exists").mode() & 0o7777
    }

    #[test]
    fn the_directory_is_private_and_goes_with_its_owner() {
        let base = tempfile::tempdir_in("/tmp").expect("a base");
        let directory = SocketDir::create_in([base.path().to_owned()]).expect("a directory");
        assert_eq!(mode(directory.path()), 0o700);

        let path = directory.path().to_owned();
        drop(directory);
        assert!(!path.exists());
    }

    #[test]
    fn a_base_that_is_too_long_is_passed_over() {
        let base = tempfile::tempdir_in("/tmp").expect("a base");
        let long = base.path().join("x".repeat(80));
        fs::create_dir(&long).expect("a long base");
        let directory = SocketDir::create_in([long, base.path().to_owned()]).expect("a directory");
        assert_eq!(directory.path().parent(), Some(base.path()));
        assert!(socket_in(directory.path()).as_os_str().len() <= LONGEST);
    }

    #[test]
    fn a_base_in_which_others_can_rename_is_refused() {
        let base = tempfile::tempdir_in("/tmp").expect("a base");
        fs::set_permissions(base.path(), fs::Permissions::from_mode(0o777)).expect("open it");
        let error = SocketDir::create_in([base.path().to_owned()]).expect_err("it is refused");
        assert!(error.to_string().contains("rename"), "{error}");
    }
}
