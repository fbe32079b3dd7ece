//! Images of faxes.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tempfile::TempDir;
use tokio::{
    fs::{self, File},
    io::AsyncWriteExt,
};

use tracing::warn;

use crate::engine::{UploadError, account::Account};

use super::{
    FaxError, Faxes,
    image::{Document, ImageError, PageSetup, Renderer},
    item::{FaxDocument, TransactionId},
    places::Place,
};

/// How the names of directories of images begin.
const PREFIX: &str = "image-";

/// A TIFF file, as long as this lives.
///
/// It gives back its place on the disk last.
#[derive(Debug)]
pub struct FaxImage {
    /// Where it is.
    pub path: PathBuf,
    /// Bytes.
    pub length: u64,
    _directory: TempDir,
    _room: Place,
}

impl Faxes {
    /// Makes an image of the documents of a transaction.
    ///
    /// # Errors
    /// [`FaxError::NoSuchTransaction`], [`FaxError::SomebodyElses`],
    /// [`FaxError::DocumentsDropped`], [`FaxError::NoImage`].
    pub async fn image(&self, account: &Account, id: TransactionId) -> Result<FaxImage, FaxError> {
        let shared = &self.shared;
        let item = self.own(account.id, id).await?;
        let kept = shared.repository.content(item.submission).await?;
        let session = kept.ok_or(FaxError::DocumentsDropped(id))?;
        let documents = shared.repository.documents(item.submission).await?;
        // Nothing is unpacked that no image can be made of.
        if let Some(other) = documents.iter().find(|it| !Renderer::supports(&it.kind)) {
            return Err(ImageError::UnsupportedKind {
                kind: other.kind.clone(),
            }
            .into());
        }
        // Before anything is written, so that slow clients cannot fill the disk.
        let room = shared.renderer.room(account.id).await?;
        let directory = self.work_directory().await?;
        let content = shared.uploads.open_content(session);
        let unpacked = unpack(&directory, &documents, content).await?;
        let path = shared
            .renderer
            .render(
                account.id,
                directory.path(),
                &unpacked,
                PageSetup::from(&item.options),
            )
            .await?;
        let metadata = fs::metadata(&path)
            .await
            .map_err(ImageError::io("look at", &path))?;
        Ok(FaxImage {
            path,
            length: metadata.len(),
            _directory: directory,
            _room: room,
        })
    }

    /// A directory that vanishes with its image.
    async fn work_directory(&self) -> Result<TempDir, ImageError> {
        let parent = &self.shared.settings.image_directory;
        let create = async {
            fs::create_dir_all(parent).await?;
            TempDir::with_prefix_in(PREFIX, parent)
        };
        create
            .await
            .map_err(ImageError::io("create a directory in", parent))
    }
}

/// Removes what a process that was killed has left in the directory of images; blocks.
pub fn clear_images(directory: &Path) {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return;
    };
    let is_ours = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(PREFIX.as_bytes());
    for entry in entries.flatten().filter(|it| is_ours(&it.file_name())) {
        let path = entry.path();
        if let Err(error) = std::fs::remove_dir_all(&path) {
            warn!(%error, path = %path.display(), "the leftovers of a fax image cannot be removed");
        }
    }
}

/// Writes each document to a file of its own.
async fn unpack(
    directory: &TempDir,
    documents: &[FaxDocument],
    content: impl Stream<Item = Result<Bytes, UploadError>>,
) -> Result<Vec<Document>, FaxError> {
    let mut content = std::pin::pin!(content);
    let mut rest = Bytes::new();
    let mut unpacked = Vec::with_capacity(documents.len());
    for (index, document) in documents.iter().enumerate() {
        // The type is the client's text, and no part of a name.
        let path = directory.path().join(format!("document-{index}"));
        let cannot_write = || ImageError::io("write", &path);
        let mut file = File::create(&path).await.map_err(cannot_write())?;
        let mut left = document.length;
        while left > 0 {
            if rest.is_empty() {
                rest = match content.next().await {
                    Some(block) => block?,
                    None => {
                        return Err(UploadError::Internal("documents are cut short").into());
                    }
                };
                continue;
            }
            let take = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
            let block = rest.split_to(take);
            file.write_all(&block).await.map_err(cannot_write())?;
            left -= block.len() as u64;
        }
        file.flush().await.map_err(cannot_write())?;
        unpacked.push(Document {
            path,
            kind: document.kind.clone(),
        });
    }
    Ok(unpacked)
}
