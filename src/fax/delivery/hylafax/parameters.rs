//! What a fax asks for, as parameters of a job.
//!
//! All of them are set before the job is made, so that its description is complete from the
//! beginning: a job of which hfaxd knows no number yet is in no list, and could not be found again.

use std::time::Duration;

use time::{OffsetDateTime, UtcOffset};

use super::{session::quoted, settings::HylafaxSettings};
use crate::fax::{
    delivery::{Attempt, Fax},
    item::{FaxItem, PageSize},
    recipients::can_be_dialled,
};

/// The longest value, in bytes, without what quotes it: a command of hfaxd's may have 1023.
const LONGEST: usize = 240;
/// The longest time that a job may be given (`LASTTIME`).
const LONGEST_TIME: Duration = Duration::from_hours(24 * 99);

/// The name of an attempt in the server's queue.
pub(super) fn tag(settings: &HylafaxSettings, attempt: Attempt) -> String {
    format!("chunkgate/{}/{attempt}", settings.store)
}

/// The digits to dial, and what makes tones and pauses; none if there is no number to dial.
fn dial_string(number: &str) -> Option<String> {
    let means_something = |c: &char| c.is_ascii_digit() || "+,*#".contains(*c);
    can_be_dialled(number).then(|| number.chars().filter(means_something).collect())
}

/// The commands that make the next job one for this fax. None if its number cannot be dialled.
pub(super) fn parameters(
    settings: &HylafaxSettings,
    fax: &Fax,
    now: OffsetDateTime,
) -> Option<Vec<String>> {
    let FaxItem {
        recipient, options, ..
    } = &fax.item;
    let (width, height) = millimetres(options.page_size);
    let tries = options.retries.saturating_add(1).min(u16::MAX.into());
    let mut parameters = vec![
        text("JOBINFO", &tag(settings, fax.attempt)),
        text("DIALSTRING", &dial_string(recipient)?),
        text("EXTERNAL", recipient),
        text("FROMUSER", &fax.item.user),
        text("MODEM", &settings.modem),
        "JPARM NOTIFY NONE".to_owned(),
        format!("JPARM MAXDIALS {tries}"),
        format!("JPARM MAXTRIES {tries}"),
        format!(
            "JPARM VRES {}",
            if options.high_resolution { 196 } else { 98 }
        ),
        format!("JPARM PAGEWIDTH {width}"),
        format!("JPARM PAGELENGTH {height}"),
        format!("JPARM SENDTIME {}", send_time(settings, fax, now)),
        // Counts from the time of sending.
        format!("JPARM LASTTIME {}", last_time(settings.kill_after)),
    ];
    for (name, value) in [
        ("TOUSER", &fax.item.contact),
        ("REGARDING", &options.subject),
        ("TSI", &options.sender_csid),
    ] {
        if !value.is_empty() {
            parameters.push(text(name, value));
        }
    }
    if !options.page_header.is_empty() {
        // HylaFAX's signs for numbers of pages and for fields are not the original service's.
        let plain = options.page_header.replace(['%', '|'], " ");
        parameters.push(text("TAGLINE", &plain));
        parameters.push("JPARM USETAGLINE YES".to_owned());
    }
    Some(parameters)
}

/// A parameter that is a text: in quotes, cut, and without what hfaxd or its files could misread.
fn text(name: &str, value: &str) -> String {
    let mut length = 0;
    let fits = |c: &char| {
        length += c.len_utf8();
        length < LONGEST
    };
    let plain = value.trim().chars().filter(|c| !c.is_control());
    let cut: String = plain.take_while(fits).collect();
    format!("JPARM {name} {}", quoted(&cut))
}

fn millimetres(size: PageSize) -> (u16, u16) {
    match size {
        PageSize::A4 => (210, 297),
        PageSize::Letter => (216, 279),
        PageSize::Legal => (216, 356),
        PageSize::B4 => (250, 353),
    }
}

/// `NOW`, or the minute before which it is not sent, in UTC.
fn send_time(settings: &HylafaxSettings, fax: &Fax, now: OffsetDateTime) -> String {
    let until = fax.item.options.postponed_until;
    let until = until.filter(|until| settings.hold_postponed && *until > now);
    let Some(until) = until else {
        return "NOW".to_owned();
    };
    // The protocol knows no seconds, and too early is wrong.
    let until = (until + time::Duration::seconds(59)).to_offset(UtcOffset::UTC);
    format!(
        "{:04}{:02}{:02}{:02}{:02}",
        until.year(),
        u8::from(until.month()),
        until.day(),
        until.hour(),
        until.minute()
    )
}

/// Days, hours and minutes.
fn last_time(span: Duration) -> String {
    let minutes = span.min(LONGEST_TIME).as_secs() / 60;
    format!(
        "{:02}{:02}{:02}",
        minutes / (24 * 60),
        minutes / 60 % 24,
        minutes % 60
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{dial_string, last_time, text};

    #[test]
    fn only_what_can_be_dialled_is() {
        let dialled = dial_string("+1 (212) 555-0100,*7#");
        assert_eq!(dialled.as_deref(), Some("+12125550100,*7#"));
        for number in ["", "12", "$(reboot)", "123`id`", "123\n456", "123;456"] {
            assert_eq!(dial_string(number), None, "{number:?}");
        }
    }

    #[test]
    fn texts_cannot_leave_their_quotes() {
        let inside = text("TSI", "a\"b\\c\r\nJKILL 1\0");
        assert_eq!(inside, r#"JPARM TSI "a\"b\\cJKILL 1""#);
        let long = text("TSI", &"\u{20ac}".repeat(1000));
        assert!(long.len() < 260, "{}", long.len());
    }

    #[test]
    fn times_are_days_hours_and_minutes() {
        assert_eq!(last_time(Duration::from_hours(24)), "010000");
        assert_eq!(last_time(Duration::from_mins(3 * 60 + 5)), "000305");
        assert_eq!(last_time(Duration::MAX), "990000");
    }
}
