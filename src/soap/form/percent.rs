//! Undoing the encoding of `application/x-www-form-urlencoded`.

/// What is decoded, as the encoding is not the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A field's name: `=` ends it.
    Name,
    /// A field's text.
    Text,
    /// A field's base64, in which a literal `+` is not accepted.
    Data,
}

/// What stopped the decoding of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// As many bytes as were asked for.
    Full,
    /// `=` behind a name.
    Equals,
    /// `&`, the end of a field.
    Ampersand,
    /// A literal `+` in base64.
    Plus,
}

/// The state between two pieces of input: an escape that has begun. A broken escape stands for
/// itself, as in the original.
///
/// Deviation: so does `%u20AC`, which only the original's platform takes for a character
/// (`forms::escapes`).
#[derive(Debug, Default)]
pub(super) struct Decoder {
    escape: Escape,
}

#[derive(Clone, Copy, Debug, Default)]
enum Escape {
    #[default]
    None,
    /// `%`
    Begun,
    /// `%` and the digit.
    Half(u8),
}

impl Decoder {
    /// Decodes `input` onto the end of `into`; returns how many bytes were used, and what ended
    /// it before the end of the input. `into` may get two bytes more than `most`.
    pub fn decode(
        &mut self,
        input: &[u8],
        part: Part,
        into: &mut Vec<u8>,
        most: usize,
    ) -> (usize, Option<Stop>) {
        let mut used = 0;
        while let Some(&byte) = input.get(used) {
            if matches!(self.escape, Escape::None) {
                let plain = plain_run(&input[used..], part, most.saturating_sub(into.len()));
                into.extend_from_slice(&input[used..used + plain]);
                used += plain;
                if plain > 0 {
                    continue;
                }
            }
            if self.unescape(byte, into) {
                used += 1;
                continue;
            }
            let stop = match byte {
                b'&' => Stop::Ampersand,
                b'=' if part == Part::Name => Stop::Equals,
                b'+' if part == Part::Data => Stop::Plus,
                _ if into.len() >= most => return (used, Some(Stop::Full)),
                b'%' => {
                    self.escape = Escape::Begun;
                    used += 1;
                    continue;
                }
                b'+' => {
                    into.push(b' ');
                    used += 1;
                    continue;
                }
                _ => {
                    into.push(byte);
                    used += 1;
                    continue;
                }
            };
            return (used + 1, Some(stop));
        }
        (used, None)
    }

    /// The end of the input: a begun escape stands for itself.
    pub fn finish(&mut self, into: &mut Vec<u8>) {
        match std::mem::take(&mut self.escape) {
            Escape::None => {}
            Escape::Begun => into.push(b'%'),
            Escape::Half(digit) => into.extend([b'%', digit]),
        }
    }

    /// Takes `byte` if it continues an escape.
    fn unescape(&mut self, byte: u8, into: &mut Vec<u8>) -> bool {
        let high = match self.escape {
            Escape::None => return false,
            Escape::Begun if byte.is_ascii_hexdigit() => {
                self.escape = Escape::Half(byte);
                return true;
            }
            Escape::Begun => None,
            Escape::Half(digit) => hex(digit),
        };
        let Some((high, low)) = high.zip(hex(byte)) else {
            self.finish(into);
            return false;
        };
        self.escape = Escape::None;
        into.push(high * 16 + low);
        true
    }
}

/// How many bytes stand for themselves, up to `most`.
fn plain_run(input: &[u8], part: Part, most: usize) -> usize {
    let input = &input[..input.len().min(most)];
    let special = match part {
        Part::Name => input
            .iter()
            .position(|byte| matches!(byte, b'%' | b'+' | b'&' | b'=')),
        Part::Text | Part::Data => memchr::memchr3(b'%', b'+', b'&', input),
    };
    special.unwrap_or(input.len())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// A segment of a path without its escapes, in which `+` is no blank; what is not UTF-8 becomes
/// U+FFFD.
pub fn decode(segment: &str) -> String {
    let escaped = segment.replace('+', "%2B").replace('&', "%26");
    let (mut decoder, mut bytes) = (Decoder::default(), Vec::new());
    decoder.decode(escaped.as_bytes(), Part::Text, &mut bytes, usize::MAX);
    decoder.finish(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}
