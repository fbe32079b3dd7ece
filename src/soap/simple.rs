//! How simple values are read, in envelopes and in forms.

use std::num::{IntErrorKind, ParseIntError};

use time::OffsetDateTime;

use super::{Enumeration, date_time};

/// A type whose values are texts.
pub(super) trait Simple: Sized {
    /// Its name in the original's language, which clients of the form bindings are told.
    const NAME: &'static str;

    /// The value of an element's text, or why it is none, in the original's words.
    fn of_element(text: &str) -> Result<Self, String>;

    /// The value of a field's text.
    fn of_field(text: &str) -> Option<Self>;
}

impl Simple for bool {
    const NAME: &'static str = "System.Boolean";

    fn of_element(text: &str) -> Result<Self, String> {
        match trim(text) {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            other => Err(format!(
                "The string '{other}' is not a valid Boolean value."
            )),
        }
    }

    fn of_field(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("true") {
            Some(true)
        } else {
            text.eq_ignore_ascii_case("false").then_some(false)
        }
    }
}

impl Simple for i16 {
    const NAME: &'static str = "System.Int16";

    fn of_element(text: &str) -> Result<Self, String> {
        let value = trim(text).parse();
        value.map_err(|error| why_no_integer(&error, "an Int16"))
    }

    fn of_field(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
}

impl Simple for i32 {
    const NAME: &'static str = "System.Int32";

    fn of_element(text: &str) -> Result<Self, String> {
        let value = trim(text).parse();
        value.map_err(|error| why_no_integer(&error, "an Int32"))
    }

    fn of_field(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
}

impl Simple for i64 {
    const NAME: &'static str = "System.Int64";

    fn of_element(text: &str) -> Result<Self, String> {
        let value = trim(text).parse();
        value.map_err(|error| why_no_integer(&error, "an Int64"))
    }

    fn of_field(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
}

impl Simple for OffsetDateTime {
    const NAME: &'static str = "System.DateTime";

    fn of_element(text: &str) -> Result<Self, String> {
        date_time::parse(trim(text))
            .ok_or_else(|| format!("The string '{text}' is not a valid AllXsd value."))
    }

    /// Deviation: the original takes what people write in English, too, such as `12/31/2001`,
    /// which means one day here and another there (`forms::values`).
    fn of_field(text: &str) -> Option<Self> {
        date_time::parse(text.trim())
    }
}

fn why_no_integer(error: &ParseIntError, kind: &str) -> String {
    match error.kind() {
        IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => {
            format!("Value was either too large or too small for {kind}.")
        }
        // The enum is the standard library's, and open; the rest of it is about form.
        _ => "Input string was not in a correct format.".to_owned(),
    }
}

/// The word that the text is, or why it is none.
pub(super) fn word(of: &'static Enumeration, text: &str) -> Result<&'static str, String> {
    let text = trim(text);
    let known = of.values.iter().find(|value| **value == text).copied();
    known.ok_or_else(|| {
        format!(
            "Instance validation error: '{text}' is not a valid value for {}.",
            of.name
        )
    })
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}
