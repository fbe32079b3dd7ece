//! What urlencoding does to a text.

use crate::soap::support::Call;

use super::support::{submit, submit_bytes};

fn session(text: &str) -> String {
    let form = format!("SessionID={text}&Chunk=&IsLast=true");
    let Call::Chunk { session, .. } = submit("UploadFileChunk", &form).call() else {
        panic!("another call");
    };
    session.expect("a session")
}

#[test]
fn escapes_are_undone() {
    for (text, value) in [
        ("a+b%20c", "a b c"),
        ("%2B%26%3d%25", "+&=%"),
        ("a=b==", "a=b=="),
        ("%C3%A4%e2%82%ac", "ä€"),
        ("ä", "ä"),
        ("+a%0D%0Ab+", " a\r\nb "),
        // Broken ones stand for themselves.
        ("%", "%"),
        ("%4", "%4"),
        ("%zz%4g%%41", "%zz%4g%A"),
        ("%u20AC", "%u20AC"),
    ] {
        assert_eq!(session(text), value, "{text}");
    }
}

#[test]
fn names_are_escaped_too() {
    let form = "Session%49D=1&%43hunk=QUJD&Is%4Cast=true";
    assert_eq!(submit("UploadFileChunk", form).status, 200);
}

#[test]
fn a_text_that_is_not_utf_8_is_malformed() {
    for text in [&b"%E4"[..], b"\xE4", b"%C3", b"%ED%A0%80", b"%C0%80"] {
        let form = [b"SessionID=", text, b"&Chunk=&IsLast=true"].concat();
        let served = submit_bytes("UploadFileChunk", &form);
        assert_eq!((served.status, &served.body[..]), (400, ""));
        assert!(served.ran.is_empty());
    }
}
