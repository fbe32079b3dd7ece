//! What is taken of the texts and numbers that other programs say.

/// Numbers are no greater: clients hold them in 32 bits, with a sign.
pub(crate) const GREATEST: u32 = 999_999_999;
/// Longer explanations are cut.
pub(crate) const TEXT: usize = 255;
/// Longer identifications are cut; the protocol of fax machines has 20 characters.
pub(crate) const CSID: usize = 40;

/// A text without control characters, and no longer than that.
pub(crate) fn clean(text: &str, longest: usize) -> String {
    let printable = text
        .trim()
        .chars()
        .map(|it| if it.is_control() { ' ' } else { it });
    printable.take(longest).collect()
}
