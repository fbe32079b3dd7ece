//! Getting the documents of a fax to the server while their bytes arrive.

use std::path::Path;

use bytes::Bytes;
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tempfile::TempDir;
use tokio::{fs::File, io::AsyncWriteExt, task::spawn_blocking};
use tokio_util::io::ReaderStream;

use super::{
    session::{Form, Session},
    trouble::Trouble,
};
use crate::{
    engine::UploadError,
    fax::{
        delivery::Fax,
        image::{PageSetup, typeset},
        item::{FaxDocument, FaxOptions},
    },
};

/// The longest text as PostScript, in bytes.
const LONGEST_TYPESET: u64 = 256 << 20;

/// What becomes of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// As it is.
    AsItIs(Form),
    /// As PostScript.
    Typeset,
}

fn way(kind: &str) -> Option<Way> {
    Some(match kind {
        "PDF" => Way::AsItIs(Form::Pdf),
        "PS" | "EPS" => Way::AsItIs(Form::PostScript),
        "TIF" | "TIFF" => Way::AsItIs(Form::Tiff),
        "PCL" => Way::AsItIs(Form::Pcl),
        "TXT" => Way::Typeset,
        _ => return None,
    })
}

/// Why HylaFAX cannot take these documents, if so.
pub(super) fn not_taken(documents: &[FaxDocument]) -> Option<String> {
    if documents.is_empty() {
        return Some("there is no document to send".to_owned());
    }
    let other = documents.iter().find(|it| way(&it.kind).is_none())?;
    Some(format!(
        "HylaFAX takes PDF, PostScript, TIFF, PCL and text, and this fax has a document of type \
         {}; fax.file_types can keep clients from submitting such",
        other.kind
    ))
}

/// Stores all documents; returns their names there, in order.
pub(super) async fn store(
    session: &mut Session,
    fax: &Fax,
    scratch: &Path,
) -> Result<Vec<String>, Trouble> {
    let mut content = Documents::of(fax);
    let mut names = Vec::new();
    for document in &fax.documents {
        let mut bytes = content.next(document.length);
        let name = match way(&document.kind) {
            Some(Way::AsItIs(form)) => session.store(form, &mut bytes).await?,
            Some(Way::Typeset) | None => {
                let typeset = Typeset::of(&mut bytes, &fax.item.options, scratch).await?;
                session
                    .store(Form::PostScript, typeset.read().await?)
                    .await?
            }
        };
        names.push(name);
    }
    content.end().await?;
    Ok(names)
}

/// The bytes of a fax, document after document.
struct Documents {
    stream: BoxStream<'static, Result<Bytes, UploadError>>,
    rest: Bytes,
    received: u64,
    expected: u64,
}

impl Documents {
    fn of(fax: &Fax) -> Self {
        Self {
            stream: fax.content.open(),
            rest: Bytes::new(),
            received: 0,
            expected: fax.documents.iter().map(|it| it.length).sum(),
        }
    }

    fn mismatch(&self) -> UploadError {
        UploadError::SizeMismatch {
            received: self.received,
            expected: self.expected,
        }
    }

    /// The bytes of the next document.
    fn next(&mut self, length: u64) -> BoxStream<'_, Result<Bytes, UploadError>> {
        stream::try_unfold((self, length), |(documents, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let mut bytes = documents.portion().await?;
            if bytes.is_empty() {
                return Err(documents.mismatch());
            }
            let fits = usize::try_from(left).unwrap_or(usize::MAX);
            if bytes.len() > fits {
                documents.rest = bytes.split_off(fits);
            }
            let left = left - bytes.len() as u64;
            Ok(Some((bytes, (documents, left))))
        })
        .boxed()
    }

    /// The next bytes; none at the end.
    async fn portion(&mut self) -> Result<Bytes, UploadError> {
        while self.rest.is_empty() {
            let Some(bytes) = self.stream.next().await else {
                break;
            };
            self.rest = bytes?;
            self.received += self.rest.len() as u64;
        }
        Ok(std::mem::take(&mut self.rest))
    }

    /// There is no more.
    async fn end(mut self) -> Result<(), UploadError> {
        if self.portion().await?.is_empty() {
            Ok(())
        } else {
            Err(self.mismatch())
        }
    }
}

/// A text as PostScript, in a directory that goes with it.
struct Typeset {
    directory: TempDir,
}

impl Typeset {
    async fn of(
        text: &mut (impl Stream<Item = Result<Bytes, UploadError>> + Unpin),
        options: &FaxOptions,
        scratch: &Path,
    ) -> Result<Self, Trouble> {
        let directory = tempfile::tempdir_in(scratch).map_err(|error| cannot(&error))?;
        let path = directory.path().join("text");
        let mut file = File::create(&path).await.map_err(|error| cannot(&error))?;
        while let Some(bytes) = text.next().await {
            let written = file.write_all(&bytes?).await;
            written.map_err(|error| cannot(&error))?;
        }
        file.flush().await.map_err(|error| cannot(&error))?;
        let to = directory.path().join("pages");
        let setup = PageSetup::from(options);
        let task = spawn_blocking(move || typeset(&path, &to, setup, LONGEST_TYPESET));
        let done = task.await.map_err(|panic| cannot(&panic))?;
        done.map_err(|error| cannot(&error))?;
        Ok(Self { directory })
    }

    async fn read(
        &self,
    ) -> Result<impl Stream<Item = Result<Bytes, UploadError>> + Unpin + use<>, Trouble> {
        let pages = File::open(self.directory.path().join("pages")).await;
        let pages = ReaderStream::new(pages.map_err(|error| cannot(&error))?);
        // What was written just now and cannot be read is no fault of the client's.
        Ok(pages.map(|read| read.map_err(|_| UploadError::Internal("a typeset text is gone"))))
    }
}

fn cannot(error: &dyn std::fmt::Display) -> Trouble {
    Trouble::Typesetting(error.to_string())
}
