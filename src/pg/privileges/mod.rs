//! Root's privileges, given up before any thread starts.
//!
//! [`plan`] decides and is pure; [`hand_over`] prepares the data directory while still root;
//! [`apply`] gives the privileges up for good.

mod error;
mod place;

use std::ffi::CString;

use nix::unistd::{self, Gid, Uid, User};

pub use error::PrivilegesError;
pub use place::{alternative, hand_over, owner};

/// The users to become when nobody says which, in this order.
const DEFAULT_USERS: [&str; 3] = ["chunkgate", "postgres", "nobody"];

/// A user of the operating system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OsUser {
    /// The login name.
    pub name: String,
    /// The user id.
    pub uid: u32,
    /// The primary group's id.
    pub gid: u32,
}

/// Where users are looked up: the machine, or a table in a test.
pub trait Users {
    /// The user called `name`.
    fn by_name(&self, name: &str) -> Option<OsUser>;
    /// The user with this id.
    fn by_uid(&self, uid: u32) -> Option<OsUser>;
}

/// The users of this machine.
#[derive(Clone, Copy, Debug)]
pub struct MachineUsers;

impl Users for MachineUsers {
    fn by_name(&self, name: &str) -> Option<OsUser> {
        User::from_name(name).ok().flatten().map(OsUser::from)
    }

    fn by_uid(&self, uid: u32) -> Option<OsUser> {
        User::from_uid(Uid::from_raw(uid))
            .ok()
            .flatten()
            .map(OsUser::from)
    }
}

impl From<User> for OsUser {
    fn from(user: User) -> Self {
        Self {
            name: user.name,
            uid: user.uid.as_raw(),
            gid: user.gid.as_raw(),
        }
    }
}

/// What to do about the process' privileges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Nothing: the process is an ordinary user's.
    Stay,
    /// Give up root and become this user.
    Become(OsUser),
}

/// Decides whom to become: `configured` (the setting `server.user`), else the `owner` of the data
/// directory if that is not root, else the first of `chunkgate`, `postgres` and `nobody` that exists.
///
/// Only root (`euid` 0) can become another user.
pub fn plan(
    euid: u32,
    owner: Option<u32>,
    configured: Option<&str>,
    users: &impl Users,
) -> Result<Plan, PrivilegesError> {
    let configured = configured
        .map(|name| {
            users
                .by_name(name)
                .ok_or_else(|| PrivilegesError::NoSuchUser(name.to_owned()))
        })
        .transpose()?;
    match configured {
        Some(user) if user.uid == 0 => Err(PrivilegesError::Root),
        Some(user) if user.uid == euid => Ok(Plan::Stay),
        Some(user) if euid != 0 => Err(PrivilegesError::NotRoot(user.name)),
        Some(user) => Ok(Plan::Become(user)),
        None if euid != 0 => Ok(Plan::Stay),
        None => default_user(owner, users).map(Plan::Become),
    }
}

fn default_user(owner: Option<u32>, users: &impl Users) -> Result<OsUser, PrivilegesError> {
    if let Some(uid) = owner.filter(|uid| *uid != 0) {
        return users.by_uid(uid).ok_or(PrivilegesError::NamelessOwner(uid));
    }
    DEFAULT_USERS
        .iter()
        .find_map(|name| users.by_name(name))
        .ok_or(PrivilegesError::NoUser)
}

/// Carries out the plan, for this process and for good. Called before any thread starts.
pub fn apply(plan: &Plan) -> Result<(), PrivilegesError> {
    match plan {
        Plan::Stay => Ok(()),
        Plan::Become(user) => give_up_root(user),
    }
}

fn give_up_root(user: &OsUser) -> Result<(), PrivilegesError> {
    let (uid, gid) = (Uid::from_raw(user.uid), Gid::from_raw(user.gid));
    let name = CString::new(user.name.as_str()).expect("a login name has no zero byte");
    // The groups first: without root they can no longer be changed.
    unistd::initgroups(&name, gid)
        .and_then(|()| unistd::setresgid(gid, gid, gid))
        .and_then(|()| unistd::setresuid(uid, uid, uid))
        .map_err(|errno| PrivilegesError::Refused {
            user: user.name.clone(),
            source: errno.into(),
        })?;
    if unistd::setuid(Uid::from_raw(0)).is_ok() || Uid::current().is_root() {
        return Err(PrivilegesError::Kept);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
