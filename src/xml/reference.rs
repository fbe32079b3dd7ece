//! Character and entity references.

use super::{Malformed, characters::is_allowed};

/// The character that `&name;` stands for. Only XML's own five entities exist: others would
/// have to be declared in a document type, which is refused.
pub(super) fn resolve(name: &str) -> Result<char, Malformed> {
    match name {
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "amp" => return Ok('&'),
        "apos" => return Ok('\''),
        "quot" => return Ok('"'),
        _ => {}
    }
    let number = name.strip_prefix('#').ok_or(Malformed::Reference)?;
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    // The standard parser would also take a sign.
    if digits.starts_with('+') {
        return Err(Malformed::Reference);
    }
    u32::from_str_radix(digits, radix)
        .ok()
        .and_then(char::from_u32)
        .filter(|&character| is_allowed(character))
        .ok_or(Malformed::Reference)
}
