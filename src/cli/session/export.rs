//! `chunkgate session export`

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    pin::pin,
};

use bytes::Bytes;
use clap::Args;
use futures_util::{Stream, TryStreamExt, stream};

use crate::{
    backend::Backend,
    engine::{
        UploadError, open_content,
        session::{SessionState, SessionStatus},
    },
    settings::Settings,
};

use super::{
    Failure, Session, find, journal,
    output::{self, thousands},
    process,
};

/// Write the bytes of an upload to a file, checking every checksum on the way.
///
/// The file appears under its name only when it is whole and on disk, readable by its owner only.
/// An upload that is still open is written as far as it has come. Works beside a running gateway.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate session export 4711 fax.pdf
  chunkgate session export 4711 - | sha256sum

Started by root, the command becomes the user the gateway runs as, who must be allowed to write to
the file's directory; with `- > FILE` that does not matter.")]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    session: Session,
    /// The file to write, or `-` for standard output
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    let file = &arguments.file;
    let to_stdout = file.as_os_str() == "-";
    if !to_stdout && !arguments.force && file.symlink_metadata().is_ok() {
        return Err(exists(file));
    }
    process::with_existing_backend(settings, async |backend| {
        let repository = backend.repository(settings);
        let status = find(&*repository, arguments.session.session).await?;
        let content = content(backend, settings, &status)?;
        if to_stdout {
            let written = copy(content, &status, output::write).await?;
            tell(&status, written, "standard output");
            return Ok(());
        }
        let mut draft = Draft::create(file)?;
        let write = |block: &[u8]| draft.file.write_all(block).map_err(cannot_write(file));
        let written = copy(content, &status, write).await?;
        draft.publish(arguments.force)?;
        tell(&status, written, &file.display().to_string());
        Ok(())
    })
}

fn tell(status: &SessionStatus, written: u64, target: &str) {
    let open = match status.state {
        SessionState::Open => " so far (the session is still open)",
        SessionState::Complete
        | SessionState::Consumed
        | SessionState::Cancelled
        | SessionState::Expired => "",
    };
    eprintln!(
        "{} bytes of session {}{open} are written to {target}",
        thousands(written),
        status.id
    );
}

/// The bytes of the session, unless they are gone.
fn content(
    backend: &Backend,
    settings: &Settings,
    status: &SessionStatus,
) -> Result<impl Stream<Item = Result<Bytes, UploadError>> + use<>, Failure> {
    match status.state {
        SessionState::Open | SessionState::Complete | SessionState::Consumed => {}
        SessionState::Cancelled | SessionState::Expired => {
            return Err(Failure::Refused(format!(
                "session {} is {}: its bytes are given up",
                status.id, status.state
            )));
        }
    }
    // Before the first byte there may be no journal at all.
    if status.received == 0 {
        return Ok(futures_util::future::Either::Left(stream::empty()));
    }
    let reader = journal::open(backend.content())?;
    let content = open_content(
        backend.repository(settings),
        move |extents| reader.read(extents),
        status.id,
    );
    Ok(futures_util::future::Either::Right(content))
}

/// Hands over all blocks; returns how many bytes there were.
async fn copy(
    content: impl Stream<Item = Result<Bytes, UploadError>>,
    status: &SessionStatus,
    mut write: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let mut content = pin!(content);
    let mut written = 0;
    while let Some(block) = content.try_next().await? {
        write(&block)?;
        written += block.len() as u64;
    }
    if written < status.received {
        return Err(Failure::Damaged(format!(
            "session {} has received {} bytes, but only {written} are named by extents",
            status.id, status.received
        )));
    }
    Ok(written)
}

/// A file beside the one to write, which takes its name when it is whole.
struct Draft {
    file: File,
    path: PathBuf,
    target: PathBuf,
}

impl Draft {
    fn create(target: &Path) -> Result<Self, Failure> {
        let name = target.file_name().ok_or_else(|| {
            Failure::Misused(format!("{} is no name of a file", target.display()))
        })?;
        let mut draft = OsString::from(".");
        draft.push(name);
        draft.push(format!(".{}", std::process::id()));
        let path = target.with_file_name(draft);
        let file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(cannot_write(target))?;
        Ok(Self {
            file,
            path,
            target: target.to_owned(),
        })
    }

    /// Makes the bytes durable, then their name.
    fn publish(self, replace: bool) -> Result<(), Failure> {
        self.file.sync_all().map_err(cannot_write(&self.target))?;
        if replace {
            fs::rename(&self.path, &self.target).map_err(cannot_write(&self.target))?;
        } else {
            // Unlike a rename, a link never replaces a file that has come meanwhile.
            fs::hard_link(&self.path, &self.target).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => exists(&self.target),
                _ => cannot_write(&self.target)(error),
            })?;
        }
        let directory = match self.target.parent() {
            Some(parent) if parent != Path::new("") => parent,
            Some(_) | None => Path::new("."),
        };
        File::open(directory)
            .and_then(|directory| directory.sync_all())
            .map_err(cannot_write(&self.target))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After a rename there is nothing left to remove.
        let _ = fs::remove_file(&self.path);
    }
}

fn exists(file: &Path) -> Failure {
    Failure::Refused(format!(
        "{} exists already: choose another name, or replace it with --force",
        file.display()
    ))
}

fn cannot_write(file: &Path) -> impl FnOnce(io::Error) -> Failure + use<> {
    let file = file.display().to_string();
    move |error| {
        // Root cannot see why it should be denied anything: this process is root no more.
        let way_out = match error.kind() {
            io::ErrorKind::PermissionDenied => {
                "; `chunkgate session export SESSION - > FILE` writes with your own rights"
            }
            _ => "",
        };
        Failure::Failed(format!("cannot write {file}: {error}{way_out}"))
    }
}
