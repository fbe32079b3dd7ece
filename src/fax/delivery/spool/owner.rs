//! To whom a spool belongs: two databases number their faxes alike, so one would take the other's
//! for its own, or for leftovers.

use std::{
    fs::{self, File, Permissions},
    io::{self, ErrorKind, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use tempfile::Builder;
use uuid::Uuid;

use super::problem::problem;
use crate::fax::delivery::DeliveryError;

/// The file that says it.
const OWNER: &str = "owner";

/// Makes a spool, which is there, the one of the content store `store` if it is nobody's yet;
/// blocks.
///
/// # Errors
/// If it is another one's; the message says what to do.
pub fn claim(spool: &Path, store: Uuid) -> Result<(), DeliveryError> {
    let path = spool.join(OWNER);
    let owner = match fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            write(spool, &path, store).map_err(problem("write", &path))?;
            fs::read_to_string(&path)
        }
        read => read,
    };
    let owner = owner.map_err(problem("read", &path))?;
    if owner.trim() == store.to_string() {
        return Ok(());
    }
    Err(DeliveryError::Unavailable(format!(
        "the spool {} belongs to the content store {}, and this gateway's is {store}: name another directory in \
         spool.directory, or move the old one's faxes away together with its file `{OWNER}`",
        spool.display(),
        owner.trim(),
    )))
}

/// Whole and durable, or not at all; somebody else may be faster.
fn write(spool: &Path, path: &Path, store: Uuid) -> io::Result<()> {
    let mut file = Builder::new()
        .prefix(OWNER)
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(spool)?;
    writeln!(file, "{store}")?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(failed) if failed.error.kind() != ErrorKind::AlreadyExists => return Err(failed.error),
        Ok(_) | Err(_) => {}
    }
    File::open(spool)?.sync_all()
}
