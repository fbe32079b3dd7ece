//! `FileSizes`, which tells documents apart and may name an upload:
//! `12034;8888;18478/sessionID=...`.

/// What `FileSizes` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Bytes of each document.
    pub sizes: Vec<u64>,
    /// The upload they are in.
    pub session: Option<String>,
}

/// A size is no positive number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSize;

/// What stands before a `SessionID`, in any case.
const SESSION: &str = "/sessionid=";

/// Reads `FileSizes`.
pub fn sizes(text: &str) -> Result<Sizes, BadSize> {
    // Only ASCII letters change, so places in the one are places in the other.
    let lower = text.to_ascii_lowercase();
    let (list, session) = match lower.find(SESSION) {
        Some(at) => (
            &text[..at],
            Some(text[at + SESSION.len()..].trim().to_owned()),
        ),
        None => (text, None),
    };
    let list = list.trim();
    let list = list.strip_suffix(';').unwrap_or(list);
    let sizes = list.split(';').map(size).collect::<Result<_, _>>()?;
    Ok(Sizes { sizes, session })
}

fn size(text: &str) -> Result<u64, BadSize> {
    let digits = text.trim();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // Totals are added up as the database does it, in 63 bits.
    let value = digits
        .parse()
        .ok()
        .filter(|size| (1..1 << 48).contains(size));
    value.filter(|_| is_number).ok_or(BadSize)
}

#[cfg(test)]
mod tests {
    use super::{BadSize, Sizes, sizes};

    #[test]
    fn sizes_are_positive_numbers_and_may_name_a_session() {
        let read = |text: &str| sizes(text).map(|Sizes { sizes, session }| (sizes, session));
        let named = || Some("ABC".to_owned());
        for (text, expected) in [
            ("12034", (vec![12034], None)),
            ("12034;8888; 18478", (vec![12034, 8888, 18478], None)),
            ("5;", (vec![5], None)),
            ("5/sessionID=ABC", (vec![5], named())),
            ("5;6;/SESSIONid= ABC ", (vec![5, 6], named())),
            ("5/sessionID=", (vec![5], Some(String::new()))),
        ] {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
        for text in [
            "",
            ";",
            "0",
            "-1",
            "+1",
            "1.5",
            "x",
            "5;;6",
            "5;x/sessionID=A",
            "/sessionID=A",
            "9999999999999999999",
            "5 6",
        ] {
            assert_eq!(read(text), Err(BadSize), "{text}");
        }
    }
}
