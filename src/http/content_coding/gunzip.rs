//! Undoing gzip in a window of 32 KiB.

use crc32fast::Hasher;
use miniz_oxide::inflate::{
    TINFLStatus,
    core::{
        DecompressorOxide, TINFL_LZ_DICT_SIZE, decompress, inflate_flags::TINFL_FLAG_HAS_MORE_INPUT,
    },
};

use super::{Malformed, header::Header};

/// How many more bytes may have come than they decode to: room for headers. It keeps a body of
/// empty blocks or empty members, which is work without an end, from being read on.
const MOST_WITHOUT_CONTENT: u64 = 64 * 1024;

/// The state of one gzip body: 43 KiB, whatever comes. Those of `http.max_in_flight` requests at
/// once are 86 MiB by default; they are not part of `http.body_memory`.
///
/// The framing is read here and not by a library, because those that do it keep the names in the
/// headers, and read empty members without a limit.
pub(super) struct Gunzip {
    stage: Stage,
    inflate: DecompressorOxide,
    /// What was decoded last; what comes next may refer to it.
    window: Box<[u8]>,
    /// The part of the window that nobody has read yet.
    unread: std::ops::Range<usize>,
    /// Checksum and length of the member's content.
    checksum: Hasher,
    length: u32,
    taken: u64,
    decoded: u64,
}

const _: () = assert!(size_of::<Gunzip>() + TINFL_LZ_DICT_SIZE <= 43 * 1024);

enum Stage {
    Header(Header),
    Content,
    Trailer {
        bytes: [u8; 8],
        come: usize,
    },
    /// Behind a member: another one may follow, or the end.
    Between,
}

impl Gunzip {
    pub(super) fn new() -> Self {
        Self {
            stage: Stage::Header(Header::new()),
            inflate: DecompressorOxide::new(),
            window: vec![0; TINFL_LZ_DICT_SIZE].into(),
            unread: 0..0,
            checksum: Hasher::new(),
            length: 0,
            taken: 0,
            decoded: 0,
        }
    }

    /// Content that was decoded and not yet [`consume`](Self::consume)d.
    pub(super) fn content(&self) -> &[u8] {
        &self.window[self.unread.clone()]
    }

    pub(super) fn consume(&mut self, length: usize) {
        self.unread.start = (self.unread.start + length).min(self.unread.end);
    }

    /// Bytes that the body has decoded to so far.
    pub(super) fn decoded(&self) -> u64 {
        self.decoded
    }

    /// Whether the body may end here.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.stage, Stage::Between)
    }

    /// Decodes some of `input`, which is not empty, when all content was consumed; returns how
    /// many bytes it took.
    pub(super) fn decode(&mut self, input: &[u8]) -> Result<usize, Malformed> {
        debug_assert!(self.content().is_empty());
        let taken = match &mut self.stage {
            Stage::Content => self.inflate(input)?,
            _ => self.frame(input)?,
        };
        self.taken += taken as u64;
        if self.taken > self.decoded + MOST_WITHOUT_CONTENT {
            return Err(Malformed::Empty);
        }
        Ok(taken)
    }

    /// Takes what is around the content.
    fn frame(&mut self, input: &[u8]) -> Result<usize, Malformed> {
        for (index, &byte) in input.iter().enumerate() {
            match &mut self.stage {
                Stage::Content => return Ok(index),
                Stage::Header(header) => {
                    if header.take(byte)? {
                        self.inflate.init();
                        self.checksum = Hasher::new();
                        self.length = 0;
                        self.stage = Stage::Content;
                    }
                }
                Stage::Trailer { bytes, come } => {
                    bytes[*come] = byte;
                    *come += 1;
                    if *come == bytes.len() {
                        let expected = u64::from_le_bytes(*bytes);
                        self.check(expected)?;
                        self.stage = Stage::Between;
                    }
                }
                Stage::Between => {
                    let mut header = Header::new();
                    header.take(byte)?;
                    self.stage = Stage::Header(header);
                }
            }
        }
        Ok(input.len())
    }

    fn inflate(&mut self, input: &[u8]) -> Result<usize, Malformed> {
        let start = self.unread.end % self.window.len();
        let (status, taken, written) = decompress(
            &mut self.inflate,
            input,
            &mut self.window,
            start,
            TINFL_FLAG_HAS_MORE_INPUT,
        );
        match status {
            TINFLStatus::Done => {
                self.stage = Stage::Trailer {
                    bytes: [0; 8],
                    come: 0,
                };
            }
            TINFLStatus::NeedsMoreInput | TINFLStatus::HasMoreOutput => {}
            _ => return Err(Malformed::Content),
        }
        self.unread = start..start + written;
        self.decoded += written as u64;
        self.checksum.update(&self.window[self.unread.clone()]);
        // RFC 1952: the length modulo 2^32; a call writes no more than the window.
        let written = u32::try_from(written).unwrap_or_default();
        self.length = self.length.wrapping_add(written);
        Ok(taken)
    }

    /// Compares the content with the trailer: checksum, then length.
    fn check(&self, trailer: u64) -> Result<(), Malformed> {
        let checksum = u64::from(self.checksum.clone().finalize());
        if trailer == checksum | u64::from(self.length) << 32 {
            Ok(())
        } else {
            Err(Malformed::Content)
        }
    }
}
