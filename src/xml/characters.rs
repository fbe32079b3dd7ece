//! The character classes of XML 1.0 (fifth edition) and of Namespaces in XML.

use super::Malformed;

/// White space as XML has it: narrower than Rust's, and narrower than ASCII's.
pub(crate) fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

/// Whether a document may contain the character at all, even as a reference.
pub(super) fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Refuses a text with a character that is not allowed.
pub(super) fn check_characters(text: &str) -> Result<(), Malformed> {
    if text.chars().all(is_allowed) {
        Ok(())
    } else {
        Err(Malformed::Character)
    }
}

/// `prefix:local` or `local`, split at the colon; `None` if it is no qualified name.
pub(super) fn split_qualified(name: &str) -> Option<(Option<&str>, &str)> {
    let (prefix, local) = match name.split_once(':') {
        Some((prefix, local)) => (Some(prefix), local),
        None => (None, name),
    };
    (prefix.is_none_or(is_unqualified) && is_unqualified(local)).then_some((prefix, local))
}

/// A name without a colon (`NCName`).
pub(super) fn is_unqualified(name: &str) -> bool {
    name.starts_with(is_name_start) && name.chars().all(is_name_character)
}

fn is_name_start(character: char) -> bool {
    matches!(character,
        'A'..='Z' | '_' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn is_name_character(character: char) -> bool {
    is_name_start(character)
        || matches!(character,
            '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}
