//! Fax numbers as clients write them.

use super::{order::cut, repository::NewRecipient};

/// The longest number, in characters as it is written.
const LONGEST: usize = 64;
/// The fewest digits that can be dialled.
const FEWEST_DIGITS: usize = 3;
/// The longest name of a recipient that is kept, in characters.
const LONGEST_CONTACT: usize = 128;

/// The recipients of a list of numbers and the names beside them, matched by position. Numbers
/// with nothing in them are passed over.
///
/// A number is kept as it is written, but for white space around it.
pub fn recipients(numbers: &str, contacts: &str) -> Vec<NewRecipient> {
    let mut contacts = contacts.split(';').map(str::trim);
    numbers
        .split(';')
        .map(|number| (number.trim(), contacts.next().unwrap_or_default()))
        .filter(|(number, _)| !number.is_empty())
        .map(|(number, contact)| NewRecipient {
            is_valid: can_be_dialled(number),
            number: cut(number, LONGEST),
            contact: cut(contact, LONGEST_CONTACT),
        })
        .collect()
}

/// Whether a number consists of digits and of what is written between them: `+1 (212) 555-0100`,
/// with pauses (`,`), tones (`*`, `#`) and extensions.
pub fn can_be_dialled(number: &str) -> bool {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    number.len() <= LONGEST
        && digits >= FEWEST_DIGITS
        && number
            .strip_prefix('+')
            .unwrap_or(number)
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b" -().,/*#".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::{can_be_dialled, recipients};

    #[test]
    fn numbers_are_digits_and_what_stands_between_them() {
        for good in [
            "+442071234567",
            "1-212-3456789",
            "+44161-9998888",
            "01132-45 45 45 45",
            "(0)30/123.456",
            "9,00441",
            "*31#123",
        ] {
            assert!(can_be_dialled(good), "{good}");
        }
        let long = "1".repeat(65);
        for bad in [
            "",
            "12",
            "abc",
            "list={x}",
            "+",
            "1+23456",
            "123;456",
            "$(id)1234",
            "123\n456",
            &long,
        ] {
            assert!(!can_be_dialled(bad), "{bad}");
        }
    }

    #[test]
    fn a_nul_is_left_out_of_a_name_and_cannot_be_dialled() {
        let found = recipients("5550100;55\u{0}50100", "A\u{0}nn");
        assert_eq!(found[0].contact, "Ann");
        assert!(found[0].is_valid && !found[1].is_valid);
        assert_eq!(found[1].number, "5550100");
    }

    #[test]
    fn names_belong_to_numbers_by_position() {
        let found = recipients(" 1111 ;;2222; x ;", "a;b; c ");
        let told: Vec<_> = found
            .iter()
            .map(|r| (r.number.as_str(), r.contact.as_str(), r.is_valid))
            .collect();
        assert_eq!(
            told,
            [("1111", "a", true), ("2222", "c", true), ("x", "", false)]
        );
    }
}
