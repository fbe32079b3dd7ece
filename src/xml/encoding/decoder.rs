//! Making UTF-8 of other encodings, piece by piece.

use encoding_rs::{DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252, mem};

use super::Encoding;
use crate::xml::Malformed;

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

    /// Decodes some of `input` into `output`; returns how many bytes it took and wrote. With an
    /// empty `input`, the document has ended.
    pub(super) fn decode(
        &mut self,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<(usize, usize), Malformed> {
        match self {
            Self::Stateful(decoder) => {
                let ended = input.is_empty();
                match decoder.decode_to_utf8_without_replacement(input, output, ended) {
                    (DecoderResult::Malformed(..), ..) => Err(Malformed::Encoding),
                    (_, taken, written) => Ok((taken, written)),
                }
            }
            Self::Latin1 => Ok(mem::convert_latin1_to_utf8_partial(input, output)),
            Self::Ascii => {
                let length = input.len().min(output.len());
                let text = &input[..length];
                if !text.is_ascii() {
                    return Err(Malformed::Encoding);
                }
                output[..length].copy_from_slice(text);
                Ok((length, length))
            }
        }
    }
}
