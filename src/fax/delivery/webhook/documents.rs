//! The bytes of a fax's documents, told apart and measured.

use bytes::Bytes;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};

use crate::{
    engine::UploadError,
    fax::{
        delivery::{Fax, facts::hex},
        item::FaxDocument,
    },
};

/// What comes of the bytes.
pub(super) enum Piece {
    /// A document begins.
    Begin,
    /// More of it.
    Bytes(Bytes),
    /// It is complete, and this is its SHA-256 in hex.
    End(String),
}

/// Tells documents apart that lie one behind another.
pub(super) struct Splitter {
    documents: Vec<FaxDocument>,
    /// Documents that have begun.
    begun: usize,
    open: Option<(u64, Sha256)>,
    received: u64,
}

impl Splitter {
    pub fn new(documents: &[FaxDocument]) -> Self {
        Self {
            documents: documents.to_vec(),
            begun: 0,
            open: None,
            received: 0,
        }
    }

    /// Takes the next bytes.
    pub fn split(&mut self, mut bytes: Bytes) -> Result<Vec<Piece>, UploadError> {
        let mut pieces = Vec::new();
        self.received += bytes.len() as u64;
        while !bytes.is_empty() {
            let Some((left, digest)) = &mut self.open else {
                if !self.begin(&mut pieces) {
                    return Err(self.mismatch());
                }
                continue;
            };
            let fits = usize::try_from(*left).unwrap_or(usize::MAX);
            let now = bytes.split_to(fits.min(bytes.len()));
            *left -= now.len() as u64;
            digest.update(&now);
            pieces.push(Piece::Bytes(now));
            self.end_if_complete(&mut pieces);
        }
        Ok(pieces)
    }

    /// There are no more bytes; documents without any may be left.
    pub fn finish(&mut self) -> Result<Vec<Piece>, UploadError> {
        let mut pieces = Vec::new();
        while self.open.is_none() && self.begin(&mut pieces) {}
        if self.open.is_some() {
            return Err(self.mismatch());
        }
        Ok(pieces)
    }

    fn begin(&mut self, pieces: &mut Vec<Piece>) -> bool {
        let Some(document) = self.documents.get(self.begun) else {
            return false;
        };
        self.open = Some((document.length, Sha256::new()));
        self.begun += 1;
        pieces.push(Piece::Begin);
        self.end_if_complete(pieces);
        true
    }

    fn end_if_complete(&mut self, pieces: &mut Vec<Piece>) {
        if let Some((_, digest)) = self.open.take_if(|(left, _)| *left == 0) {
            pieces.push(Piece::End(hex(&digest.finalize())));
        }
    }

    fn mismatch(&self) -> UploadError {
        UploadError::SizeMismatch {
            received: self.received,
            expected: self.documents.iter().map(|it| it.length).sum(),
        }
    }
}

/// Reads all documents of a fax, and returns the SHA-256 of each.
pub(super) async fn measure(fax: &Fax) -> Result<Vec<String>, UploadError> {
    let mut digests = Vec::with_capacity(fax.documents.len());
    let mut splitter = Splitter::new(&fax.documents);
    let mut content = fax.content.open();
    let ends = |pieces: Vec<Piece>| {
        pieces.into_iter().filter_map(|piece| match piece {
            Piece::End(digest) => Some(digest),
            Piece::Begin | Piece::Bytes(_) => None,
        })
    };
    while let Some(bytes) = content.next().await {
        digests.extend(ends(splitter.split(bytes?)?));
    }
    digests.extend(ends(splitter.finish()?));
    Ok(digests)
}

#[cfg(test)]
mod tests {
    use super::{Bytes, FaxDocument, Piece, Splitter, UploadError};

    /// What the pieces of a stream in such portions are, one document after another.
    fn split(lengths: &[u64], bytes: usize, portion: usize) -> Result<Vec<usize>, UploadError> {
        let documents: Vec<_> = lengths
            .iter()
            .map(|length| FaxDocument {
                kind: "PDF".to_owned(),
                length: *length,
            })
            .collect();
        let mut splitter = Splitter::new(&documents);
        let mut pieces = Vec::new();
        let whole = Bytes::from(vec![7; bytes]);
        for start in (0..bytes).step_by(portion) {
            let end = bytes.min(start + portion);
            pieces.extend(splitter.split(whole.slice(start..end))?);
        }
        pieces.extend(splitter.finish()?);
        let (mut found, mut open) = (Vec::new(), None);
        for piece in pieces {
            match piece {
                Piece::Begin => assert_eq!(open.replace(0), None, "one at a time"),
                Piece::Bytes(bytes) => {
                    assert!(!bytes.is_empty());
                    *open.as_mut().expect("a document") += bytes.len();
                }
                Piece::End(_) => found.push(open.take().expect("a document")),
            }
        }
        assert_eq!(open, None);
        Ok(found)
    }

    #[test]
    fn documents_are_told_apart_wherever_portions_end() {
        let cases: [&[u64]; 7] = [
            &[],
            &[0],
            &[5],
            &[0, 0],
            &[3, 4],
            &[0, 1, 0, 0, 9, 0],
            &[1, 1, 1],
        ];
        for lengths in cases {
            let total: u64 = lengths.iter().sum();
            let total = usize::try_from(total).expect("short");
            let expected: Vec<_> = lengths
                .iter()
                .map(|it| usize::try_from(*it).expect("short"))
                .collect();
            for portion in 1..=total + 1 {
                let found = split(lengths, total, portion).expect("all of it");
                assert_eq!(found, expected, "{portion}");
                for wrong in (0..total).chain([total + 1]) {
                    let error = split(lengths, wrong, portion).expect_err("not all of it");
                    assert!(matches!(error, UploadError::SizeMismatch { .. }));
                }
            }
        }
    }
}
