//! Standard output, for people and for programs.

use std::{
    fmt::Write as _,
    io::{self, ErrorKind, Write as _},
};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use time::{OffsetDateTime, macros::format_description};

use super::Failure;

/// Writes a line to standard error; where that fails, nobody misses it. (`eprintln!` panics.)
macro_rules! note {
    ($($text:tt)*) => {
        $crate::cli::output::write_note(format_args!($($text)*))
    };
}

pub(super) fn write_note(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes text to standard output, and through to whoever reads it.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    write(text.as_bytes())
}

/// Writes bytes to standard output, and through to whoever reads it.
pub(super) fn write(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(bytes)
        .and_then(|()| stdout.flush())
        .map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => Failure::OutputClosed,
            _ => Failure::Failed(format!("cannot write to standard output: {error}")),
        })
}

/// Writes a value as one line of JSON.
pub(super) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let line = serde_json::to_string(value).map_err(|error| Failure::Failed(error.to_string()))?;
    print(&format!("{line}\n"))
}

/// Lays out rows in columns as wide as their widest cell, with two blanks between them.
pub(super) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(line, "{cell:width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A number of bytes with its thousands set apart: `336,912`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A point in time, to the second, in UTC.
pub(super) fn when(time: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]Z");
    let utc = time.to_offset(time::UtcOffset::UTC);
    utc.format(format).expect("every time has these parts")
}

/// So many of something: `1 extent`, `2 extents`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

/// A text that a client chose, without what a terminal would obey.
pub(super) fn printable(text: &str) -> String {
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().map(plain).collect()
}

/// A bar for `length` bytes, on standard error if that is a terminal.
pub(super) fn progress(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{bar:30} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec}, {eta} left",
    );
    ProgressBar::new(length).with_style(style.expect("the template is well formed"))
}

#[cfg(test)]
mod tests {
    use super::{columns, counted, thousands};

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["id", "state"], ["1000", ""], ["7", "open"]].map(|row| row.map(str::to_owned));
        assert_eq!(columns(&rows), "id    state\n1000\n7     open\n");
    }

    #[test]
    fn one_is_singular() {
        let text = [0, 1, 1000].map(|number| counted(number, "byte"));
        assert_eq!(text, ["0 bytes", "1 byte", "1,000 bytes"]);
    }

    #[test]
    fn thousands_are_set_apart() {
        let text = [0, 999, 1_000, 336_912, 20_971_520].map(thousands);
        assert_eq!(text, ["0", "999", "1,000", "336,912", "20,971,520"]);
    }
}
