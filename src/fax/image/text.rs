//! Plain text as a small PostScript program.
//!
//! Every line of the text is written as a string in hexadecimal digits: whatever the text says, it
//! stays data.

mod lines;

use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek, Write},
    path::Path,
};

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::{ImageError, PageSetup};
use lines::Lines;

/// The font, its width and the distance of lines, in points: ten points give 87 characters on
/// a line of A4, and are still readable at 98 dots per inch.
const SIZE: u16 = 10;
const CHARACTER: u16 = 6;
const LINE: u16 = 12;

/// White on every side, in points.
const MARGIN: u16 = 36;

/// The font: Courier, with the characters of Windows-1252 in their places.
const PROLOGUE: &str = "%!PS
/Courier findfont dup length dict begin
{ 1 index /FID eq { pop pop } { def } ifelse } forall
/Encoding ISOLatin1Encoding 256 array copy
dup 39 /quotesingle put dup 45 /hyphen put dup 96 /grave put
dup 128 [ /Euro /.notdef /quotesinglbase /florin /quotedblbase /ellipsis /dagger /daggerdbl
/circumflex /perthousand /Scaron /guilsinglleft /OE /.notdef /Zcaron /.notdef
/.notdef /quoteleft /quoteright /quotedblleft /quotedblright /bullet /endash /emdash
/tilde /trademark /scaron /guilsinglright /oe /.notdef /zcaron /Ydieresis ] putinterval def
currentdict end /FaxText exch definefont pop
";

/// Writes the program that shows the text in `from` to `to`, at most `limit` bytes.
///
/// The text is in UTF-8 or, if it cannot be, in Windows-1252; a byte order mark speaks for itself.
pub(in crate::fax) fn typeset(
    from: &Path,
    to: &Path,
    setup: PageSetup,
    limit: u64,
) -> Result<(), ImageError> {
    let mut text = File::open(from).map_err(ImageError::io("read", from))?;
    let file = File::create_new(to).map_err(ImageError::io("create", to))?;
    write(&mut text, BufWriter::new(file), setup, limit).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => ImageError::TooLarge { limit },
        _ => ImageError::io("typeset", from)(error),
    })
}

fn write(
    text: &mut (impl Read + Seek),
    to: impl Write,
    setup: PageSetup,
    limit: u64,
) -> io::Result<()> {
    let damaged = decode(text, UTF_8, |_| Ok(()))?;
    let encoding = if damaged { WINDOWS_1252 } else { UTF_8 };
    text.rewind()?;
    let (width, height) = setup.page();
    let columns = usize::from((width - 2 * MARGIN) / CHARACTER);
    let rows = usize::from((height - 2 * MARGIN) / LINE);
    let mut to = Bounded { to, left: limit };
    to.write_all(PROLOGUE.as_bytes())?;
    writeln!(
        to,
        "/B {{ {turn} /FaxText {SIZE} selectfont /Y {top} def }} def\n\
         /L {{ {MARGIN} Y moveto show /Y Y {LINE} sub def }} def\n\
         /E {{ showpage }} def",
        turn = setup.turn(),
        top = height - MARGIN - SIZE,
    )?;
    let mut lines = Lines::new(to, columns, rows);
    decode(text, encoding, |piece| {
        piece.chars().try_for_each(|character| lines.put(character))
    })?;
    lines.finish()
}

/// Refuses to write more than it may.
struct Bounded<W> {
    to: W,
    left: u64,
}

impl<W: Write> Write for Bounded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len() as u64;
        self.left = self
            .left
            .checked_sub(length)
            .ok_or(io::ErrorKind::FileTooLarge)?;
        self.to.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Hands the text over piece by piece; returns whether some of it was not in this encoding.
fn decode(
    from: &mut impl Read,
    encoding: &'static Encoding,
    mut take: impl FnMut(&str) -> io::Result<()>,
) -> io::Result<bool> {
    let mut decoder = encoding.new_decoder();
    let mut bytes = [0; 8192];
    // Three bytes for each that may be damaged, and some for what the decoder holds back.
    let mut text = String::with_capacity(4 * bytes.len());
    let mut damaged = false;
    loop {
        let length = from.read(&mut bytes)?;
        text.clear();
        let (_, _, replaced) = decoder.decode_to_string(&bytes[..length], &mut text, length == 0);
        damaged |= replaced;
        take(&text)?;
        if length == 0 {
            return Ok(damaged);
        }
    }
}
