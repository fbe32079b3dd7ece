//! `dateTime` and `date` of XML Schema.
//!
//! [`parse`] reads them, [`written`] writes them as the original does.

use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

/// The largest offset from UTC that XML Schema knows, in minutes.
const LARGEST_OFFSET: i32 = 14 * 60;

/// Reads `2001-12-31T23:59:59.5-05:00` or `2001-12-31`, the offset optional; none is UTC.
///
/// As in the original's language, years run from 0001 to 9999, and `24:00:00` is the midnight at
/// the end of the day. A fraction is cut to nanoseconds.
pub(super) fn parse(text: &str) -> Option<OffsetDateTime> {
    let (date, rest) = take_date(text)?;
    let Some(rest) = rest.strip_prefix('T') else {
        return Some(date.with_time(Time::MIDNIGHT).assume_offset(offset(rest)?));
    };
    let (clock, rest) = rest.split_at_checked(8)?;
    let (nanoseconds, rest) = take_fraction(rest)?;
    let (date, time) = match (clock, nanoseconds) {
        ("24:00:00", 0) => (date.next_day()?, Time::MIDNIGHT),
        _ => (date, time(clock, nanoseconds)?),
    };
    Some(date.with_time(time).assume_offset(offset(rest)?))
}

/// What the original writes for a time that is not known: the first moment of its calendar.
const NONE: &str = "0001-01-01T00:00:00";

/// `2005-04-25T20:31:00Z`, with as many digits of a fraction as are needed, at most seven: the
/// original counts in ticks of 100 ns.
pub(super) fn written(time: Option<OffsetDateTime>) -> String {
    let utc = time.and_then(|time| time.checked_to_offset(UtcOffset::UTC));
    let Some(utc) = utc.filter(|utc| utc.year() > 0) else {
        return NONE.to_owned();
    };
    let ticks = format!(".{:07}", utc.nanosecond() / 100);
    let fraction = ticks.trim_end_matches('0').trim_end_matches('.');
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{fraction}Z",
        utc.year(),
        u8::from(utc.month()),
        utc.day(),
        utc.hour(),
        utc.minute(),
        utc.second(),
    )
}

fn take_date(text: &str) -> Option<(Date, &str)> {
    let (date, rest) = text.split_at_checked(10)?;
    let (year, date) = (number(date.get(..4)?)?, date.get(4..)?);
    let (month, day) = date.strip_prefix('-')?.split_once('-')?;
    let month = Month::try_from(two_digits(month)?).ok()?;
    let year = i32::try_from(year).ok().filter(|&year| year > 0)?;
    let date = Date::from_calendar_date(year, month, two_digits(day)?).ok()?;
    Some((date, rest))
}

/// Nanoseconds.
fn take_fraction(text: &str) -> Option<(u32, &str)> {
    let Some(rest) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let end = rest
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(rest.len());
    let (digits, rest) = rest.split_at(end);
    if digits.is_empty() {
        return None;
    }
    let nanoseconds = number(&format!("{digits:0<9}")[..9])?;
    Some((nanoseconds, rest))
}

fn time(clock: &str, nanoseconds: u32) -> Option<Time> {
    let mut parts = clock.split(':').map(two_digits);
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    Time::from_hms_nano(hour, minute, second, nanoseconds).ok()
}

fn offset(text: &str) -> Option<UtcOffset> {
    if matches!(text, "" | "Z") {
        return Some(UtcOffset::UTC);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text.strip_prefix(['+', '-'])?.split_once(':')?;
    let minutes = two_digits(minutes).filter(|&minutes| minutes < 60)?;
    let minutes = i32::from(two_digits(hours)?) * 60 + i32::from(minutes);
    if minutes > LARGEST_OFFSET {
        return None;
    }
    UtcOffset::from_whole_seconds(sign * minutes * 60).ok()
}

fn two_digits(text: &str) -> Option<u8> {
    (text.len() == 2).then(|| number(text))??.try_into().ok()
}

/// Digits alone; the standard parser would also take a sign.
fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}
