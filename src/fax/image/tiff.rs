//! A document that is the image already.

use std::path::Path;

use tokio::{fs::File, io::AsyncReadExt};

use super::ImageError;

/// The first bytes of a TIFF, by order of bytes; the last two are those of files beyond 4 GiB.
const MAGIC: [[u8; 4]; 4] = [*b"II*\0", *b"MM\0*", *b"II+\0", *b"MM\0+"];

/// Checks that the file is a TIFF, as far as its first bytes tell, and not larger than `limit`.
pub(super) async fn check(path: &Path, limit: u64) -> Result<(), ImageError> {
    let error = || ImageError::io("read", path);
    let file = File::open(path).await.map_err(error())?;
    let length = file.metadata().await.map_err(error())?.len();
    let mut start = Vec::new();
    let mut head = file.take(4);
    head.read_to_end(&mut start).await.map_err(error())?;
    if !MAGIC.iter().any(|magic| *magic == *start) {
        return Err(ImageError::NotTiff);
    }
    if length > limit {
        return Err(ImageError::TooLarge { limit });
    }
    Ok(())
}
