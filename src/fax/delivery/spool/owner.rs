//! To whom a spool belongs: two databases number their faxes alike, so one would take the other's
//! for its own, or for leftovers.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

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
    let beside = spool.join(format!("{OWNER}.{}", Uuid::new_v4().simple()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o644)
        .open(&beside)
        .and_then(|mut file| {
            writeln!(file, "{store}")?;
            file.sync_all()
        })
        .and_then(|()| match fs::hard_link(&beside, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
    let removed = fs::remove_file(&beside);
    written?;
    removed?;
    File::open(spool)?.sync_all()
}
