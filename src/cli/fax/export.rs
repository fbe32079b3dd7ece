//! `chunkgate fax export`

use std::{
    fs,
    path::{Path, PathBuf},
    pin::pin,
};

use bytes::Bytes;
use clap::Args;
use futures_util::{Stream, TryStreamExt};

use crate::{
    engine::{UploadError, open_content},
    fax::item::{FaxDocument, TransactionId},
    settings::Settings,
};

use super::{
    Failure, Fax, documents_dropped,
    draft::{self, Draft},
    find, journal,
    output::{self, counted},
    process,
};

/// What to do when a file cannot be written.
const WAY_OUT: &str = "; name a directory in which the user the gateway runs as may write";

/// Write the documents of a fax to files, checking every checksum on the way.
///
/// They are called 1.pdf, 2.tif and so on, by their place in the fax and their type, and each
/// appears only when it is whole and on disk, readable by its owner only. The directory is made
/// if it is missing. Works beside a running gateway.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  chunkgate fax export 4711 documents
  chunkgate fax export 4711 . --force

Started by root, the command becomes the user the gateway runs as, who must be allowed to write to
the directory.")]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    fax: Fax,
    /// The directory to write to
    #[arg(value_name = "DIRECTORY")]
    directory: PathBuf,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
}

pub(super) fn run(settings: &Settings, arguments: &Arguments) -> Result<(), Failure> {
    let id = arguments.fax.id;
    process::with_existing_backend(settings, async |backend| {
        let repository = backend.faxes(settings);
        let fax = find(&*repository, id).await?;
        let session = repository.content(fax.submission).await?;
        let session = session.ok_or_else(|| documents_dropped(id))?;
        let documents = repository.documents(fax.submission).await?;
        let files = Files::new(&arguments.directory, documents, arguments.force)?;
        let reader = journal::open(backend.content())?;
        let content = open_content(
            backend.repository(settings),
            move |extents| reader.read(extents),
            session,
        );
        let written = files.write(id, content).await;
        if written.is_err() && repository.content(fax.submission).await?.is_none() {
            // While they were read, which looks like damage.
            return Err(documents_dropped(id));
        }
        let count = written?;
        note!(
            "{} of fax {id} written to {}",
            counted(count, "document"),
            arguments.directory.display()
        );
        Ok(())
    })
}

/// The files of a fax.
struct Files {
    documents: Vec<FaxDocument>,
    paths: Vec<PathBuf>,
    replace: bool,
}

impl Files {
    /// Makes the directory, unless there are such files already.
    fn new(directory: &Path, documents: Vec<FaxDocument>, replace: bool) -> Result<Self, Failure> {
        let names = documents.iter().zip(1..);
        let paths: Vec<_> = names
            .map(|(document, ordinal)| directory.join(file_name(ordinal, &document.kind)))
            .collect();
        if !replace {
            paths
                .iter()
                .try_for_each(|path| draft::refuse_existing(path))?;
        }
        fs::create_dir_all(directory).map_err(draft::cannot_write(directory, WAY_OUT))?;
        Ok(Self {
            documents,
            paths,
            replace,
        })
    }

    /// Splits the bytes of the upload among the files; returns how many there are.
    async fn write(
        &self,
        id: TransactionId,
        content: impl Stream<Item = Result<Bytes, UploadError>>,
    ) -> Result<u64, Failure> {
        let mut content = pin!(content);
        let mut block = Bytes::new();
        for (document, path) in self.documents.iter().zip(&self.paths) {
            let mut draft = Draft::create(path, WAY_OUT)?;
            let mut left = document.length;
            while left > 0 {
                if block.is_empty() {
                    block = content.try_next().await?.ok_or_else(|| short(id, path))?;
                }
                let fits = usize::try_from(left).unwrap_or(usize::MAX);
                let part = block.split_to(fits.min(block.len()));
                draft.write(&part)?;
                left -= part.len() as u64;
            }
            draft.publish(self.replace)?;
            output::print(&format!("{}\n", path.display()))?;
        }
        // The last block's checksum covers all of it, but there may be more than the documents.
        if !block.is_empty() || content.try_next().await?.is_some() {
            return Err(Failure::Damaged(format!(
                "the upload of fax {id} has more bytes than its documents"
            )));
        }
        Ok(self.documents.len() as u64)
    }
}

fn short(id: TransactionId, path: &Path) -> Failure {
    Failure::Damaged(format!(
        "the upload of fax {id} ends before {} is whole; `chunkgate verify` looks at the others",
        path.display()
    ))
}

/// The name of a document's file. Types were checked when the fax came; a path must not hang on
/// that.
fn file_name(ordinal: u32, kind: &str) -> String {
    let is_plain = kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_plain && (1..=8).contains(&kind.len()) {
        format!("{ordinal}.{}", kind.to_ascii_lowercase())
    } else {
        format!("{ordinal}.bin")
    }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_type_cannot_lead_elsewhere() {
        assert_eq!(file_name(1, "PDF"), "1.pdf");
        for odd in ["", "../X", "A/B", "TOOLONGTYPE"] {
            assert_eq!(file_name(2, odd), "2.bin");
        }
    }
}
