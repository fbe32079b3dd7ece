//! `chunkgate session export`

use std::{path::PathBuf, pin::pin};

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
    Failure, Session,
    draft::{self, Draft},
    find, journal,
    output::{self, counted, thousands},
    process,
};

/// Write the bytes of an upload to a file, checking every checksum on the way.
///
/// The file appears under its name only when it is whole and on disk, readable by its owner only.
/// An upload that is still open is written as far as it has come; one that a fax has taken can be
/// written while the fax's documents are kept. Works beside a running gateway.
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

/// What to do when the file cannot be written.
const WAY_OUT: &str = "; `chunkgate session export SESSION - > FILE` writes with your own rights";

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    let file = &arguments.file;
    let to_stdout = file.as_os_str() == "-";
    if !to_stdout && !arguments.force {
        draft::refuse_existing(file)?;
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
        let mut draft = Draft::create(file, WAY_OUT)?;
        let written = copy(content, &status, |block| draft.write(block)).await?;
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
    note!(
        "{} bytes of session {}{open} are written to {target}",
        thousands(written),
        status.id
    );
    if status.doubtful_chunks > 0 {
        note!(
            "{} of it may be wrong, stored twice or left out: equal to the one before, so that nobody \
             can tell whether it was sent again (FileSizes of a submission decides)",
            counted(status.doubtful_chunks, "chunk")
        );
    }
}

/// The bytes of the session, unless they are gone.
fn content(
    backend: &Backend,
    settings: &Settings,
    status: &SessionStatus,
) -> Result<impl Stream<Item = Result<Bytes, UploadError>> + use<>, Failure> {
    if !status.has_bytes() {
        return Err(Failure::Refused(match status.state {
            SessionState::Consumed => format!(
                "session {} was taken by a fax that is over, and its documents are not kept any more \
                 (fax.keep_documents)",
                status.id
            ),
            state => format!("session {} is {state}: its bytes are given up", status.id),
        }));
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
