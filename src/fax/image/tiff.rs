//! TIFF files: a document that is the image already, and images of several documents as one.

use std::{
    fs,
    io::{self, Seek, SeekFrom},
    os::unix::fs::FileExt,
    path::Path,
};

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

/// Offsets of the strips of a page, and the number of a page among all.
const STRIP_OFFSETS: u16 = 273;
const PAGE_NUMBER: u16 = 297;

/// Puts the pages of the TIFF `part` behind those of `whole`, and removes `part`. Both are
/// Ghostscript's: classic TIFF in little-endian order. Blocks.
///
/// A page is a directory of tags with offsets from the beginning of the file, and the offset of the
/// next directory: they are raised by what stands before them now (TIFF 6.0, section 2).
pub(super) fn append(part: &Path, whole: &Path) -> io::Result<()> {
    if !whole.try_exists()? {
        return fs::rename(part, whole);
    }
    let part_file = Tiff(open(part)?);
    let mut whole_file = Tiff(open(whole)?);
    let pages = whole_file.directories()?;
    let mut end = whole_file.0.metadata()?.len();
    // Directories begin at even offsets.
    end += end % 2;
    let base = u32::try_from(end).map_err(|_| damaged("it is too large"))?;
    let first_page = u16::try_from(pages.len()).unwrap_or(u16::MAX);
    let moved = part_file.directories()?;
    for &directory in &moved {
        part_file.move_directory(directory, base, first_page)?;
    }
    let last = pages.last().ok_or_else(|| damaged("it has no page"))?;
    let next = whole_file.next_of(*last)?;
    let first = moved.first().ok_or_else(|| damaged("it has no page"))?;
    whole_file.0.seek(SeekFrom::Start(end))?;
    io::copy(&mut &part_file.0, &mut whole_file.0)?;
    whole_file.write_long(next, first + base)?;
    fs::remove_file(part)
}

fn open(path: &Path) -> io::Result<fs::File> {
    fs::File::options().read(true).write(true).open(path)
}

fn damaged(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

struct Tiff(fs::File);

impl Tiff {
    /// The offsets of all directories, in the order of their pages.
    fn directories(&self) -> io::Result<Vec<u32>> {
        let mut directories = Vec::new();
        let mut next = self.long(4)?;
        // A chain that is longer than the file has room for is a circle.
        let most = self.0.metadata()?.len() / 6;
        while next != 0 {
            if directories.len() as u64 >= most {
                return Err(damaged("its pages have no end"));
            }
            directories.push(next);
            next = self.long(self.next_of(next)?)?;
        }
        Ok(directories)
    }

    /// Where the offset of the directory behind this one stands.
    fn next_of(&self, directory: u32) -> io::Result<u64> {
        let entries = u64::from(self.short(directory.into())?);
        Ok(u64::from(directory) + 2 + 12 * entries)
    }

    /// Raises the offsets of a directory by `base`, and its page number by `pages`.
    fn move_directory(&self, directory: u32, base: u32, pages: u16) -> io::Result<()> {
        let behind = self.next_of(directory)?;
        let mut entry = u64::from(directory) + 2;
        while entry < behind {
            let (tag, kind) = (self.short(entry)?, self.short(entry + 2)?);
            let count = self.long(entry + 4)?;
            let size = match kind {
                1 | 2 | 6 | 7 => 1,
                3 | 8 => 2,
                4 | 9 | 11 => 4,
                5 | 10 | 12 => 8,
                _ => return Err(damaged("it has a field of an unknown type")),
            };
            let (mut values, is_elsewhere) = (entry + 8, size * u64::from(count) > 4);
            if is_elsewhere {
                values = self.long(entry + 8)?.into();
                self.raise(entry + 8, base)?;
            }
            match (tag, kind) {
                (STRIP_OFFSETS, 4) => {
                    for number in 0..u64::from(count) {
                        self.raise(values + 4 * number, base)?;
                    }
                }
                (STRIP_OFFSETS, _) => return Err(damaged("its strips are not where they may be")),
                (PAGE_NUMBER, 3) => {
                    let number = self.short(values)?.saturating_add(pages);
                    self.0.write_all_at(&number.to_le_bytes(), values)?;
                }
                _ => {}
            }
            entry += 12;
        }
        let next = self.long(behind)?;
        if next != 0 {
            self.raise(behind, base)?;
        }
        Ok(())
    }

    fn raise(&self, at: u64, base: u32) -> io::Result<()> {
        let raised = self.long(at)?.checked_add(base);
        self.write_long(at, raised.ok_or_else(|| damaged("it is too large"))?)
    }

    fn write_long(&self, at: u64, value: u32) -> io::Result<()> {
        self.0.write_all_at(&value.to_le_bytes(), at)
    }

    fn short(&self, at: u64) -> io::Result<u16> {
        let mut bytes = [0; 2];
        self.0.read_exact_at(&mut bytes, at)?;
        Ok(u16::from_le_bytes(bytes))
    }

    fn long(&self, at: u64) -> io::Result<u32> {
        let mut bytes = [0; 4];
        self.0.read_exact_at(&mut bytes, at)?;
        Ok(u32::from_le_bytes(bytes))
    }
}
