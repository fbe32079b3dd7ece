//! The bytes of a segment file. All numbers are little-endian.
//!
//! ```text
//! segment   header page (4 KiB), then records, each at a multiple of 4 KiB, then what was there before
//! header    magic 8 | format version 4 | zero 4 | store id 16 | segment id 8 | checksum 8
//! record    magic 4 | length 4 | segment id 8 | session id 8 (0: unknown) | append id 16 |
//!           sequence in the append 8 | XXH3-128 of the payload 16 | checksum 8 | payload
//! ```
//!
//! Records begin on pages of their own, so that writing one never touches a page that an earlier
//! sync made durable, and so that a walk finds its way again behind a damaged record.
//! A file is used again under a new id without being cleared: a record counts only if it carries
//! the id of the segment it lies in. The checksums of the headers are XXH3-64 seeded with the
//! store id, so that no uploaded document can pretend to be a record.

use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::super::{MAX_BLOCK, SegmentId, StoreId};

/// Records begin at multiples of this many bytes.
pub(super) const PAGE: u64 = 4096;
/// The length of a record's header in bytes.
pub(super) const RECORD_HEADER: usize = 72;
/// The length of a segment's header in bytes; it has a page to itself.
pub(super) const SEGMENT_HEADER: usize = 48;
/// The smallest segment: a header page and the largest record.
pub(super) const SMALLEST_SEGMENT: u64 = PAGE + record_span(MAX_BLOCK as u64);

const SEGMENT_MAGIC: &[u8; 8] = b"CHNKGATE";
const RECORD_MAGIC: &[u8; 4] = b"CGrc";
const VERSION: u32 = 1;

/// How many bytes of a segment a record with a payload of `length` takes, padding included.
pub(super) const fn record_span(length: u64) -> u64 {
    (RECORD_HEADER as u64 + length).next_multiple_of(PAGE)
}

/// The header of a segment.
pub(super) fn segment_header(store: StoreId, segment: SegmentId) -> [u8; SEGMENT_HEADER] {
    let mut header = [0; SEGMENT_HEADER];
    header[..8].copy_from_slice(SEGMENT_MAGIC);
    header[8..12].copy_from_slice(&VERSION.to_le_bytes());
    header[16..32].copy_from_slice(store.0.as_bytes());
    header[32..40].copy_from_slice(&segment.0.to_le_bytes());
    sign(&mut header, store);
    header
}

/// What a record says about its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecordHeader {
    pub segment: SegmentId,
    pub session: Option<i64>,
    pub append: Uuid,
    pub sequence: u64,
    pub length: u32,
    pub checksum: u128,
}

impl RecordHeader {
    /// The header's bytes.
    pub fn encode(&self, store: StoreId) -> [u8; RECORD_HEADER] {
        let mut header = [0; RECORD_HEADER];
        header[..4].copy_from_slice(RECORD_MAGIC);
        header[4..8].copy_from_slice(&self.length.to_le_bytes());
        header[8..16].copy_from_slice(&self.segment.0.to_le_bytes());
        header[16..24].copy_from_slice(&self.session.unwrap_or(0).to_le_bytes());
        header[24..40].copy_from_slice(self.append.as_bytes());
        header[40..48].copy_from_slice(&self.sequence.to_le_bytes());
        header[48..64].copy_from_slice(&self.checksum.to_le_bytes());
        sign(&mut header, store);
        header
    }

    /// Reads a header that `store` wrote for `segment`; anything else is none.
    pub fn decode(bytes: &[u8; RECORD_HEADER], store: StoreId, segment: SegmentId) -> Option<Self> {
        let header = Self {
            segment: SegmentId(u64::from_le_bytes(field(bytes, 8))),
            session: Some(i64::from_le_bytes(field(bytes, 16))).filter(|&session| session != 0),
            append: Uuid::from_bytes(field(bytes, 24)),
            sequence: u64::from_le_bytes(field(bytes, 40)),
            length: u32::from_le_bytes(field(bytes, 4)),
            checksum: u128::from_le_bytes(field(bytes, 48)),
        };
        (header.segment == segment && header.encode(store) == *bytes).then_some(header)
    }
}

/// Puts the checksum of all other bytes into a header's last eight.
fn sign<const N: usize>(header: &mut [u8; N], store: StoreId) {
    let (_, seed) = store.0.as_u64_pair();
    let checksum = xxh3_64_with_seed(&header[..N - 8], seed);
    header[N - 8..].copy_from_slice(&checksum.to_le_bytes());
}

/// The `N` bytes at `start`.
fn field<const N: usize>(bytes: &[u8; RECORD_HEADER], start: usize) -> [u8; N] {
    std::array::from_fn(|i| bytes[start + i])
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORE: StoreId = StoreId(Uuid::from_u128(7));

    fn header() -> RecordHeader {
        RecordHeader {
            segment: SegmentId(3),
            session: Some(-9),
            append: Uuid::from_u128(1 << 100),
            sequence: 4,
            length: 200_000,
            checksum: u128::MAX - 5,
        }
    }

    #[test]
    fn a_record_header_reads_back() {
        let bytes = header().encode(STORE);
        assert_eq!(
            RecordHeader::decode(&bytes, STORE, SegmentId(3)),
            Some(header())
        );
    }

    #[test]
    fn a_record_header_of_another_segment_or_store_is_none() {
        let bytes = header().encode(STORE);
        assert_eq!(RecordHeader::decode(&bytes, STORE, SegmentId(4)), None);
        let other = StoreId(Uuid::from_u128(8));
        assert_eq!(RecordHeader::decode(&bytes, other, SegmentId(3)), None);
    }

    #[test]
    fn a_record_header_with_any_flipped_bit_is_none() {
        for bit in 0..RECORD_HEADER * 8 {
            let mut bytes = header().encode(STORE);
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                RecordHeader::decode(&bytes, STORE, SegmentId(3)),
                None,
                "bit {bit}"
            );
        }
    }

    #[test]
    fn zeros_are_no_record() {
        assert_eq!(
            RecordHeader::decode(&[0; RECORD_HEADER], STORE, SegmentId(0)),
            None
        );
    }
}
