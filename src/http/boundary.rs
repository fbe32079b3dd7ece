//! Where a request ends in the bytes of its connection.

/// What follows a head, as the server has read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// So many bytes.
    Length(u64),
    /// Chunks, up to an empty one.
    Chunked,
}

/// Follows the bytes of a connection from request to request.
///
/// Only the server decides what a request is: this is told how it has understood a head, and only
/// counts. Should the two ever disagree, the server waits for bytes until it gives the request up,
/// or sees some of the next one early; it never takes one for the other.
#[derive(Debug)]
pub(super) struct Boundary {
    state: State,
    /// The last byte of a head was a carriage return.
    returned: bool,
    /// Whether the lines of this head end with a line feed alone, once one has ended.
    bare: Option<bool>,
    mixed_line_ends: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Head(Line),
    /// Behind a blank line; whether the server has had the time to look if that was a head.
    Blank {
        looked: bool,
    },
    Body(u64),
    Chunks(Chunk),
    /// The request is complete.
    Ended,
}

/// A line of a head or of trailers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    /// There was something on a line already: a blank one is the end.
    begun: bool,
    /// Nothing is on this one so far.
    blank: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chunk {
    /// In the line with its size, and whether the number is over.
    Size {
        size: u64,
        over: bool,
    },
    Data(u64),
    /// At the line end behind the data.
    DataEnd,
    Trailers(Line),
}

/// Why nothing is to be read now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// The server shall look first whether what it has is a head.
    Look,
    /// The next request has to wait for the answer to this one.
    Answer,
}

const HEAD: State = State::Head(Line {
    begun: false,
    blank: true,
});

impl Boundary {
    /// Before the first request.
    pub fn new() -> Self {
        Self {
            state: HEAD,
            returned: false,
            bare: None,
            mixed_line_ends: false,
        }
    }

    /// Whether some lines of a head ended with a line feed alone, and others did not. The server
    /// takes both for the end of a line; a proxy in front of it may not, and so see another head than
    /// the server does. It would never see the end of one that has line feeds only, which people
    /// type and paste.
    pub fn has_mixed_line_ends(&self) -> bool {
        self.mixed_line_ends
    }

    /// The server has read a head, and this follows it.
    pub fn follows(&mut self, framing: Framing) {
        self.state = match framing {
            Framing::Length(0) => State::Ended,
            Framing::Length(length) => State::Body(length),
            Framing::Chunked => State::Chunks(Chunk::next()),
        };
    }

    /// The request was answered; whatever comes is another one, or nobody's.
    pub fn answered(&mut self) {
        if matches!(self.state, State::Body(_) | State::Chunks(_) | State::Ended) {
            self.state = HEAD;
        }
    }

    /// Whether to wait before anything more is read.
    pub fn pause(&mut self) -> Option<Pause> {
        match &mut self.state {
            State::Blank { looked: false } => {
                self.state = State::Blank { looked: true };
                Some(Pause::Look)
            }
            State::Blank { looked: true } => {
                // It was no head, or one that the server has refused.
                self.state = HEAD;
                None
            }
            State::Ended => Some(Pause::Answer),
            State::Head(_) | State::Body(_) | State::Chunks(_) => None,
        }
    }

    /// How many of `bytes`, which come next, may be handed over.
    pub fn take(&mut self, bytes: &[u8]) -> usize {
        let mut taken = 0;
        while let Some(&byte) = bytes.get(taken) {
            match &mut self.state {
                State::Head(line) => {
                    taken += 1;
                    // Blank lines before a head are no part of it.
                    if byte == b'\n' && line.begun {
                        let bare = !self.returned;
                        self.mixed_line_ends |= *self.bare.get_or_insert(bare) != bare;
                    }
                    self.returned = byte == b'\r';
                    if line.ends_with(byte) {
                        self.state = State::Blank { looked: false };
                        self.bare = None;
                    }
                }
                State::Body(left) => {
                    taken += skip(left, bytes.len() - taken);
                    if *left == 0 {
                        self.state = State::Ended;
                    }
                }
                State::Chunks(Chunk::Data(left)) => {
                    taken += skip(left, bytes.len() - taken);
                    if *left == 0 {
                        self.state = State::Chunks(Chunk::DataEnd);
                    }
                }
                State::Chunks(chunk) => {
                    taken += 1;
                    if chunk.ends_all_with(byte) {
                        self.state = State::Ended;
                    }
                }
                State::Blank { .. } | State::Ended => break,
            }
        }
        taken
    }
}

/// Takes as much of `left` as there is.
fn skip(left: &mut u64, available: usize) -> usize {
    let skipped = usize::try_from(*left).map_or(available, |left| left.min(available));
    *left -= skipped as u64;
    skipped
}

impl Line {
    /// Whether `byte` makes it the blank line behind the others.
    fn ends_with(&mut self, byte: u8) -> bool {
        match byte {
            b'\n' if self.blank && self.begun => return true,
            b'\n' => self.blank = true,
            b'\r' => {}
            _ => {
                *self = Self {
                    begun: true,
                    blank: false,
                }
            }
        }
        false
    }
}

impl Chunk {
    fn next() -> Self {
        Self::Size {
            size: 0,
            over: false,
        }
    }

    /// Moves over a byte that is no data; whether it is the last one of all chunks.
    fn ends_all_with(&mut self, byte: u8) -> bool {
        match self {
            Self::Size { size: 0, .. } if byte == b'\n' => {
                *self = Self::Trailers(Line {
                    begun: true,
                    blank: true,
                });
            }
            Self::Size { size, .. } if byte == b'\n' => *self = Self::Data(*size),
            Self::Size { size, over } => match char::from(byte).to_digit(16) {
                Some(digit) if !*over => {
                    *size = size.saturating_mul(16).saturating_add(u64::from(digit));
                }
                Some(_) | None => *over = true,
            },
            Self::DataEnd if byte == b'\n' => *self = Self::next(),
            Self::DataEnd | Self::Data(_) => {}
            Self::Trailers(line) => return line.ends_with(byte),
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{Boundary, Framing, Pause};

    /// Takes requests apart that come in pieces of `piece` bytes; returns how long each was.
    fn lengths(bytes: &[u8], framings: &[Framing], piece: usize) -> Vec<usize> {
        let (mut boundary, mut at) = (Boundary::new(), 0);
        let mut take = |boundary: &mut Boundary| {
            let before = at;
            loop {
                let end = (at + piece).min(bytes.len());
                let taken = boundary.take(&bytes[at..end]);
                at += taken;
                if taken < piece || at == bytes.len() {
                    return at - before;
                }
            }
        };
        framings
            .iter()
            .map(|&framing| {
                let head = take(&mut boundary);
                assert_eq!(boundary.pause(), Some(Pause::Look));
                boundary.follows(framing);
                let body = take(&mut boundary);
                assert_eq!(boundary.pause(), Some(Pause::Answer));
                boundary.answered();
                head + body
            })
            .collect()
    }

    #[test]
    fn requests_are_told_apart_in_whatever_pieces_they_come() {
        use Framing::{Chunked, Length};
        let requests: [(&str, Framing); 5] = [
            (
                "\r\nPOST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n12\n\n5",
                Length(5),
            ),
            ("HEAD / HTTP/1.0\n\n", Length(0)),
            (
                "POST / HTTP/1.1\r\n\r\n5;x=\"1\"\r\n\r\n\r\n1\r\n1a\r\n0123456789\n\n0123456789\n\n01\r\n0\r\nT: 1\r\n\r\n",
                Chunked,
            ),
            ("GET / HTTP/1.1\r\nA: b\r\n\r\n", Length(0)),
            ("POST / HTTP/1.1\r\n\r\n000\r\n\r\n", Chunked),
        ];
        let bytes: String = requests.iter().map(|(bytes, _)| *bytes).collect();
        let framings = requests.map(|(_, framing)| framing);
        let expected = requests.map(|(bytes, _)| bytes.len());
        for piece in [1, 2, 3, 7, usize::MAX / 2] {
            assert_eq!(
                lengths(bytes.as_bytes(), &framings, piece),
                expected,
                "{piece}"
            );
        }
    }

    #[test]
    fn a_blank_line_that_ends_no_head_holds_nothing_back() {
        let mut boundary = Boundary::new();
        assert_eq!(boundary.take(b"not HTTP\n\nat all"), 10);
        assert_eq!(boundary.pause(), Some(Pause::Look));
        assert_eq!(boundary.pause(), None);
        assert_eq!(boundary.take(b"at all"), 6);
    }
}
