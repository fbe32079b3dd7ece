//! Why there is no image, and what to do about it.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// Why the documents did not become an image. Every message names the mend where there is one.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// There is no Ghostscript on this machine, or none where the settings say.
    #[error(
        "no Ghostscript found in {searched}, and fax images are made by it: install it \
         (apt-get install ghostscript), or name the program in `fax.ghostscript`"
    )]
    NoGhostscript {
        /// Where it was looked for.
        searched: String,
    },
    /// A kind of document that is not turned into an image.
    #[error(
        "no image is made of a document of the kind {kind:?}: send PDF, PS, EPS, TXT, JPG, or a TIF alone"
    )]
    UnsupportedKind {
        /// The kind, as it was given.
        kind: String,
    },
    /// A TIFF is handed back as it is, which does not go together with other documents.
    #[error("no image is made of a TIF among other documents: send it alone, or as PDF")]
    TiffAmongOthers,
    /// The bytes of a document are not what its kind says.
    #[error("the document sent as TIF is none: its first bytes are not those of a TIFF")]
    NotTiff,
    /// As many images are in the making, or on their way to clients, as may be.
    #[error(
        "as many fax images are in the making or on their way as may be ({at_once} at once), and none \
         was ready within {waited:?}: try again later, or raise `fax.images_at_once`"
    )]
    AllPlacesTaken {
        /// How many may be in the making.
        at_once: usize,
        /// How long was waited.
        waited: Duration,
    },
    /// The image was not ready in time.
    #[error(
        "the fax image was not ready within {limit:?} and was given up: send fewer or simpler \
         pages, or raise `fax.image_timeout`"
    )]
    TooLong {
        /// How long it may take.
        limit: Duration,
    },
    /// The image is larger than it may be.
    #[error(
        "the fax image has more than {limit} bytes: send fewer or simpler pages, or raise \
         `fax.max_image`"
    )]
    TooLarge {
        /// How many bytes it may have.
        limit: u64,
    },
    /// There is no document, or one that has no page.
    #[error("a document has no page, or none that can be read: send one that has, or leave it out")]
    NoPages,
    /// Ghostscript could not make an image of the documents.
    #[error(
        "Ghostscript made no image of the documents ({status}): they are damaged, or, if it says \
         VMerror, need more than `fax.image_memory`. It said:\n{output}"
    )]
    Failed {
        /// How it ended.
        status: String,
        /// The end of what it said.
        output: String,
    },
    /// The operating system refused something.
    #[error("cannot {operation} {path}: {source}")]
    Io {
        /// What was tried, as a verb: `read`, `create`, `run` ...
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

impl ImageError {
    /// Wraps an error of the operating system; for `map_err`.
    pub(in crate::fax) fn io(
        operation: &'static str,
        path: impl AsRef<Path>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| Self::Io {
            operation,
            path,
            source,
        }
    }
}
