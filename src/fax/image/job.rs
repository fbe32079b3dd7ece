//! The directory in which one image is made.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, symlink},
    path::{Path, PathBuf},
};

use super::ImageError;

/// Its name in the caller's directory.
const NAME: &str = "render";

/// An empty directory that goes away with this value, whatever happened.
#[derive(Debug)]
pub(super) struct Job {
    directory: PathBuf,
}

impl Job {
    /// Makes the directory in `work`; what an interrupted job left there is removed.
    pub(super) fn new(work: &Path) -> Result<Self, ImageError> {
        // The child works there, so the path must be good from anywhere.
        let directory =
            std::path::absolute(work.join(NAME)).map_err(ImageError::io("find", work))?;
        match fs::remove_dir_all(&directory) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(ImageError::io("remove", &directory)(error));
            }
            Ok(()) | Err(_) => {}
        }
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&directory)
            .map_err(ImageError::io("create", &directory))?;
        Ok(Self { directory })
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Gives a document a name in the directory that means nothing to Ghostscript, whatever its
    /// own path is.
    pub(super) fn link(&self, document: &Path, name: &str) -> Result<(), ImageError> {
        let document = document
            .canonicalize()
            .map_err(ImageError::io("read", document))?;
        let link = self.directory.join(name);
        symlink(document, &link).map_err(ImageError::io("create", &link))
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.directory) {
            let path = self.directory.display();
            tracing::warn!(%path, %error, "cannot remove the directory of a fax image");
        }
    }
}
