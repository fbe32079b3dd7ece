//! The document of the demo, and its digest.

use std::{
    fs::File,
    io::{self, Cursor, Read},
    path::Path,
};

use sha2::{Digest, Sha256};

use super::{Failure, upload};

/// What is uploaded when no file is named.
const SAMPLE: &[u8] = include_bytes!("../../../tests/data/sample.pdf");

/// A document that hashes itself while it is read.
pub(super) struct Document {
    /// For people.
    pub name: String,
    /// Bytes, as far as the file's entry knows.
    pub length: u64,
    /// Its type, as in `PDF`, if its name says one.
    pub kind: Option<String>,
    source: Box<dyn Read + Send>,
    digest: Sha256,
}

impl Document {
    /// Opens the file, or the sample.
    pub fn open(file: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = file else {
            return Ok(Self::new(
                "the PDF that chunkgate brings along".to_owned(),
                SAMPLE.len() as u64,
                Some("PDF".to_owned()),
                Cursor::new(SAMPLE),
            ));
        };
        let name = path.display().to_string();
        let cannot_open = || Failure::io(format!("cannot open {name}"));
        let file = File::open(path).map_err(cannot_open())?;
        let length = file.metadata().map_err(cannot_open())?.len();
        Ok(Self::new(name, length, upload::type_of(path), file))
    }

    fn new(
        name: String,
        length: u64,
        kind: Option<String>,
        source: impl Read + Send + 'static,
    ) -> Self {
        Self {
            name,
            length,
            kind,
            source: Box::new(source),
            digest: Sha256::new(),
        }
    }

    /// SHA-256 of what was read.
    pub fn digest(self) -> [u8; 32] {
        self.digest.finalize().into()
    }
}

impl Read for Document {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buffer)?;
        self.digest.update(&buffer[..length]);
        Ok(length)
    }
}
