//! Walking a segment's records without a database.

use std::{io, sync::Arc};

use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

use super::{
    super::{ContentError, Extent, MAX_BLOCK, SegmentId, StoreId, disk::DiskFile},
    directory::Files,
    format::{self, PAGE, RECORD_HEADER, RecordHeader, SEGMENT_HEADER},
};

/// A record found in a segment. It may belong to an append that was never acknowledged: only the
/// database knows which do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The internal id of the session, if it was known when the record was written.
    pub session: Option<i64>,
    /// Which append it belongs to.
    pub append: Uuid,
    /// Its number in the append, from 0.
    pub sequence: u64,
    /// Where its payload lies, and what it must hash to.
    pub extent: Extent,
    /// Whether the payload hashes to that.
    pub intact: bool,
}

/// Iterates over the records of a segment in the order of their offsets; see
/// [`JournalReader::walk`](super::JournalReader::walk).
pub struct Walk {
    file: Arc<dyn DiskFile>,
    store: StoreId,
    segment: SegmentId,
    /// For errors.
    path: std::path::PathBuf,
    /// Where the next record may begin.
    offset: u64,
}

impl Walk {
    pub(super) fn open(files: &Files, segment: SegmentId) -> Result<Self, ContentError> {
        let path = files.segment(segment);
        let file = files
            .disk
            .open(&path)
            .map_err(ContentError::io("open", &path))?;
        let mut header = [0; SEGMENT_HEADER];
        file.read_at(&mut header, 0)
            .map_err(ContentError::io("read the header of", &path))?;
        if header != format::segment_header(files.id, segment) {
            let why = io::Error::new(io::ErrorKind::InvalidData, "it is not this segment's");
            return Err(ContentError::io("read the header of", path)(why));
        }
        Ok(Self {
            file,
            store: files.id,
            segment,
            path,
            offset: PAGE,
        })
    }

    /// Reads the record at the next page that has one.
    fn next_record(&mut self) -> io::Result<Option<Record>> {
        loop {
            let mut header = [0; RECORD_HEADER];
            if !filled(self.file.read_at(&mut header, self.offset))? {
                return Ok(None);
            }
            let header = RecordHeader::decode(&header, self.store, self.segment);
            match header.filter(|header| header.length as usize <= MAX_BLOCK) {
                Some(header) => return self.check(&header).map(Some),
                None => self.offset += PAGE,
            }
        }
    }

    fn check(&mut self, header: &RecordHeader) -> io::Result<Record> {
        let offset = self.offset + RECORD_HEADER as u64;
        let mut payload = vec![0; header.length as usize];
        let whole = filled(self.file.read_at(&mut payload, offset))?;
        let intact = whole && xxh3_128(&payload) == header.checksum;
        // Behind damage the length may be right and the next record there, or a later one may
        // lie anywhere on the pages that this one claims.
        self.offset += if intact {
            format::record_span(u64::from(header.length))
        } else {
            PAGE
        };
        Ok(Record {
            session: header.session,
            append: header.append,
            sequence: header.sequence,
            extent: Extent {
                store: self.store,
                segment: self.segment,
                offset,
                length: header.length,
                checksum: header.checksum,
            },
            intact,
        })
    }
}

impl Iterator for Walk {
    type Item = Result<Record, ContentError>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.next_record().inspect_err(|_| self.offset += PAGE);
        record
            .map_err(ContentError::io("read", &self.path))
            .transpose()
    }
}

/// Whether a read found as many bytes as it asked for.
fn filled(read: io::Result<()>) -> io::Result<bool> {
    match read {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
