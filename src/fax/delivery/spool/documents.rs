//! Writing the documents of a fax while their bytes arrive.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::{description::Written, disk::SpoolFile, place::Place, problem::problem};
use crate::{
    engine::UploadError,
    fax::{
        delivery::{
            DeliveryError,
            facts::{file_name, hex},
        },
        item::FaxDocument,
    },
};

/// Splits a stream of bytes into the files of the documents.
pub(super) struct Documents<'a> {
    place: &'a Place,
    directory: &'a Path,
    expected: &'a [FaxDocument],
    open: Option<Open>,
    written: Vec<Written>,
    received: u64,
}

struct Open {
    file: Box<dyn SpoolFile>,
    left: u64,
    digest: Sha256,
}

impl<'a> Documents<'a> {
    pub fn new(place: &'a Place, directory: &'a Path, expected: &'a [FaxDocument]) -> Self {
        Self {
            place,
            directory,
            expected,
            open: None,
            written: Vec::new(),
            received: 0,
        }
    }

    /// Takes the next bytes.
    pub fn write(&mut self, mut bytes: &[u8]) -> Result<(), DeliveryError> {
        self.received += bytes.len() as u64;
        while !bytes.is_empty() {
            let Some(mut open) = self.next()? else {
                return Err(self.mismatch());
            };
            let fits = usize::try_from(open.left).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(fits.min(bytes.len()));
            let path = || self.directory.join(self.name());
            open.file
                .write(now)
                .map_err(|error| problem("write", &path())(error))?;
            open.digest.update(now);
            open.left -= now.len() as u64;
            self.open = Some(open);
            bytes = later;
        }
        Ok(())
    }

    /// Finishes when all bytes have come: every document is durable.
    pub fn finish(mut self) -> Result<Vec<Written>, DeliveryError> {
        while let Some(open) = self.next()? {
            if open.left > 0 {
                return Err(self.mismatch());
            }
            self.open = Some(open);
        }
        Ok(self.written)
    }

    /// The document that takes the next byte, or that is short of it; none behind the last one.
    fn next(&mut self) -> Result<Option<Open>, DeliveryError> {
        match self.open.take() {
            Some(open) if open.left > 0 => Ok(Some(open)),
            Some(open) => {
                self.close(open)?;
                self.begin()
            }
            None => self.begin(),
        }
    }

    fn begin(&self) -> Result<Option<Open>, DeliveryError> {
        let Some(document) = self.expected.get(self.written.len()) else {
            return Ok(None);
        };
        let path = self.directory.join(self.name());
        let file = self.place.disk.create(&path, self.place.file_mode());
        Ok(Some(Open {
            file: file.map_err(problem("make", &path))?,
            left: document.length,
            digest: Sha256::new(),
        }))
    }

    fn close(&mut self, mut open: Open) -> Result<(), DeliveryError> {
        let file = self.name();
        let synced = open.file.sync();
        synced.map_err(|error| problem("sync", &self.directory.join(&file))(error))?;
        let document = &self.expected[self.written.len()];
        self.written.push(Written {
            file,
            kind: document.kind.clone(),
            size: document.length,
            sha256: hex(&open.digest.finalize()),
        });
        Ok(())
    }

    /// The name of the document that is being written.
    fn name(&self) -> String {
        let index = self.written.len();
        let kind = self.expected.get(index).map_or("", |it| &it.kind);
        file_name(index + 1, kind)
    }

    fn mismatch(&self) -> DeliveryError {
        DeliveryError::Content(UploadError::SizeMismatch {
            received: self.received,
            expected: self.expected.iter().map(|it| it.length).sum(),
        })
    }
}
