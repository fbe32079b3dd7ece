//! Attacks on lengths and heads. What becomes of each odd head is pinned in `edge::heads`; here
//! are those that cost something.

use super::attack::{Attack, Expected, MALFORMED, NOBODY, TOO_LONG, cancel, document, framed};

pub fn attacks() -> Vec<Attack> {
    let call = document("", "", &cancel(NOBODY));
    let whole = call.len();
    let case = |name, headers: String, body: &[u8], expected| Attack {
        name,
        request: framed("CancelFileUpload", &headers, body),
        expected,
    };
    let length = |length: String| format!("Content-Length: {length}\r\n");
    let chunked = "Transfer-Encoding: chunked\r\n".to_owned();
    let single: Vec<u8> = call
        .bytes()
        .flat_map(|byte| [b'1', b'\r', b'\n', byte, b'\r', b'\n'])
        .collect();
    let single = [single.as_slice(), b"0\r\n\r\n"].concat();
    vec![
        case(
            "a length that is too small",
            length((whole - 1).to_string()),
            call.as_bytes(),
            MALFORMED,
        ),
        case(
            "two lengths",
            length("3".to_owned()) + &length(whole.to_string()),
            call.as_bytes(),
            MALFORMED,
        ),
        case(
            "a length and chunked coding",
            length(whole.to_string()) + &chunked,
            call.as_bytes(),
            MALFORMED,
        ),
        case("no length", String::new(), b"", MALFORMED),
        case(
            "a body beyond the limit",
            length((100 << 20).to_string()),
            &vec![b' '; 100 << 20],
            TOO_LONG,
        ),
        case(
            "a body in pieces of one byte",
            chunked.clone(),
            &single,
            super::attack::UNKNOWN,
        ),
        case(
            "a size beyond all numbers",
            chunked,
            b"fffffffffffffffff\r\n",
            MALFORMED,
        ),
        case(
            "a flood of headers",
            "X: y\r\n".repeat(100_000),
            b"",
            Expected::Empty(431),
        ),
        case(
            "a header of a megabyte",
            format!("X: {}\r\n", "y".repeat(1 << 20)),
            b"",
            Expected::Empty(431),
        ),
    ]
}
