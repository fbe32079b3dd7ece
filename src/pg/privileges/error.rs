//! Why the process cannot run as it should.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::place::USUAL_DIRECTORY;

/// Why the process cannot run as it should. Every message names the mend.
#[derive(Debug, thiserror::Error)]
pub enum PrivilegesError {
    /// An ordinary user cannot become another.
    #[error("only root can become {0}: start chunkgate as root or as {0}, or remove `server.user`")]
    NotRoot(String),
    /// `server.user` names nobody.
    #[error("there is no user {0:?} on this machine: create it, or change `server.user`")]
    NoSuchUser(String),
    /// `server.user` names root.
    #[error("chunkgate does not run as root: name another user in `server.user`")]
    Root,
    /// The data directory's owner has no name.
    #[error("the data directory belongs to user id {0}, which has no name: set `server.user`")]
    NamelessOwner(u32),
    /// None of the usual users exists.
    #[error(
        "started as root, and there is no user chunkgate, postgres or nobody to become: \
         create one with `useradd --system chunkgate`, or set `server.user`"
    )]
    NoUser,
    /// A directory above the data directory is closed to the user.
    #[error(
        "{user} cannot enter {blocked}, so it cannot use {directory}: set `server.data_dir` to {USUAL_DIRECTORY}{or_user}",
        or_user = owner.as_ref().map(|name| format!(", or `server.user` to {name}")).unwrap_or_default()
    )]
    CannotEnter {
        /// The user to become.
        user: String,
        /// The data directory.
        directory: PathBuf,
        /// The directory that is closed.
        blocked: PathBuf,
        /// The user who can enter it, unless that is root.
        owner: Option<String>,
    },
    /// The data directory is another user's.
    #[error(
        "{directory} belongs to user id {owner} and not to {user}: set `server.user`, \
         choose another `server.data_dir`, or `chown -R {user} {directory}` if it is chunkgate's"
    )]
    NotTheirs {
        /// The user to become.
        user: String,
        /// The data directory.
        directory: PathBuf,
        /// Who owns it.
        owner: u32,
    },
    /// No place for data works for this user.
    #[error("{user} has no place for data; tried: {tried}")]
    NoPlace {
        /// The user to become.
        user: String,
        /// The directories tried, each with the reason it does not do.
        tried: String,
    },
    /// The operating system refused to change the user.
    #[error(
        "cannot become {user}: {source}. In a container without the capabilities SETUID and SETGID, \
         start it with `user:` instead of as root"
    )]
    Refused {
        /// The user to become.
        user: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The privileges could be taken back.
    #[error("root's privileges could be taken back after they were given up; refusing to run")]
    Kept,
    /// The operating system refused something.
    #[error("cannot {operation} {path}: {source}")]
    Io {
        /// What was tried, as a verb.
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

impl PrivilegesError {
    /// Wraps an error of the operating system; for `map_err`.
    pub(super) fn io(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            operation,
            path,
            source,
        }
    }
}
