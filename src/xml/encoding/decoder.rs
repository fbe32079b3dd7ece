//! Making UTF-8 of other encodings, piece by piece.

use encoding_rs::{DecoderResult, Encoding as Standard, UTF_16BE, UTF_16LE, WINDOWS_1252, mem};

use super::Encoding;

/// Makes UTF-8 of one other encoding.
pub(super) enum Decoder {
    /// With a memory of characters that are cut in two.
    Stateful(Box<encoding_rs::Decoder>),
    Latin1,
    Ascii,
}

impl Decoder {
    /// `None` for UTF-8, in which the reader finds what is malformed.
    pub(super) fn of(encoding: Encoding) -> Option<Self> {
        let stateful = |encoding: &'static encoding_rs::Encoding| {
            Self::Stateful(Box::new(encoding.new_decoder_without_bom_handling()))
        };
        Some(match encoding {
            Encoding::Utf8 => return None,
            Encoding::Utf16Le => stateful(UTF_16LE),
            Encoding::Utf16Be => stateful(UTF_16BE),
            // Bytes without a character become control characters, as in the original service.
            Encoding::Windows1252 => stateful(WINDOWS_1252),
            // encoding_rs means Windows-1252 by these two.
            Encoding::Latin1 => Self::Latin1,
            Encoding::Ascii => Self::Ascii,
        })
    }

    /// Decodes some of `input` into `output`. With an empty `input`, the document has ended.
    pub(super) fn decode(&mut self, input: &[u8], output: &mut [u8]) -> Decoded {
        let (taken, written, malformed) = match self {
            Self::Stateful(decoder) => {
                let ended = input.is_empty();
                let (result, taken, written) =
                    decoder.decode_to_utf8_without_replacement(input, output, ended);
                let malformed = matches!(result, DecoderResult::Malformed(..));
                (taken, written, malformed)
            }
            Self::Latin1 => {
                let (taken, written) = mem::convert_latin1_to_utf8_partial(input, output);
                (taken, written, false)
            }
            Self::Ascii => {
                let most = input.len().min(output.len());
                let length = Standard::ascii_valid_up_to(&input[..most]);
                output[..length].copy_from_slice(&input[..length]);
                (length, length, length < most)
            }
        };
        Decoded {
            taken,
            written,
            malformed,
        }
    }
}

/// What a step came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decoded {
    /// Bytes of the input that were used.
    pub taken: usize,
    /// Bytes of text that were written.
    pub written: usize,
    /// Behind that text, something is malformed.
    pub malformed: bool,
}
