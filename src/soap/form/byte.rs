//! A byte of an array, which has a field of its own.

use super::FormError;

/// Whether this is one to three digits.
pub(super) fn is_number(text: &[u8]) -> bool {
    let digits = text.trim_ascii();
    matches!(digits.len(), 1..=3) && digits.iter().all(u8::is_ascii_digit)
}

/// The byte that one to three digits say.
pub(super) fn byte(text: &[u8]) -> Result<u8, FormError> {
    let digits = is_number(text).then(|| text.trim_ascii());
    digits
        .and_then(|digits| str::from_utf8(digits).ok()?.parse().ok())
        .ok_or_else(|| FormError::Unconvertible {
            text: String::from_utf8_lossy(text).into_owned(),
            kind: "System.Byte",
        })
}
