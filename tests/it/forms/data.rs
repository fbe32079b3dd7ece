//! Document data in a form: one field for each byte, as in the original, or base64 in one field.

use base64_simd::STANDARD;

use super::support::{chunk_call, error, submit};

const WHY: &str = "Cannot convert Chunk to System.Byte[]. It takes one field for each byte, or base64 in one field, with each + sent as %2B.";

fn chunk(fields: &str) -> Vec<u8> {
    let form = format!("SessionID=1&{fields}&IsLast=true");
    let call = submit("UploadFileChunk", &form).call();
    let crate::soap::support::Call::Chunk { chunk, .. } = call else {
        panic!("another call");
    };
    chunk.expect("a chunk")
}

fn refused(fields: &str) -> String {
    let form = format!("SessionID=1&{fields}&IsLast=true");
    error(&submit("UploadFileChunk", &form)).to_owned()
}

#[test]
fn one_field_for_each_byte() {
    assert_eq!(chunk("Chunk=80&Chunk=68&Chunk=70"), b"PDF");
    assert_eq!(chunk("Chunk=0&Chunk=007&Chunk=%32%355"), [0, 7, 255]);
    assert_eq!(chunk("Chunk=255"), [255]);
    assert_eq!(chunk("Chunk=%2012%0D%0A&Chunk=3%20"), [12, 3]);
    for (fields, number) in [
        ("Chunk=256", "256"),
        ("Chunk=999", "999"),
        ("Chunk=1&Chunk=300", "300"),
    ] {
        assert_eq!(
            refused(fields),
            format!("Cannot convert {number} to System.Byte.")
        );
    }
    let all: Vec<u8> = (0..=255).cycle().take(1000).collect();
    let fields: Vec<String> = all.iter().map(|byte| format!("chunk={byte}")).collect();
    assert_eq!(chunk(&fields.join("&")), all);
}

#[test]
fn bytes_wherever_they_stand() {
    let expected = chunk_call("1", b"PDF", true);
    for form in [
        "Chunk=80&SessionID=1&Chunk=68&IsLast=true&Chunk=70",
        "IsLast=true&Chunk=80&x=1&Chunk=68&SessionID=1&Chunk=70&x=2",
        "Chunk=80&Chunk=68&Chunk=70&IsLast=true&SessionID=1",
    ] {
        assert_eq!(submit("UploadFileChunk", form).call(), expected, "{form}");
    }
}

#[test]
fn a_text_between_bytes_is_converted_as_any_other() {
    let form = "Chunk=80&IsLast=maybe&Chunk=68&SessionID=1";
    let told = "Cannot convert maybe to System.Boolean.";
    assert_eq!(error(&submit("UploadFileChunk", form)), told);
}

#[test]
fn base64_in_one_field() {
    for (text, bytes) in [
        ("QUJD", &b"ABC"[..]),
        ("QUI%3D", b"AB"),
        ("QUI=", b"AB"),
        ("QUI", b"AB"),
        ("%2B%2b%2F/", &[0xFB, 0xEF, 0xFF]),
        ("QU%0D%0AJD%20%0a", b"ABC"),
        ("QU\r\nJD\n", b"ABC"),
        ("1234", &[0xD7, 0x6D, 0xF8]),
        ("", b""),
    ] {
        assert_eq!(chunk(&format!("Chunk={text}")), bytes, "{text}");
    }
}

#[test]
fn base64_of_any_length() {
    let bytes: Vec<u8> = (0..=255).cycle().take(20_000).collect();
    for length in (0..200).chain(6_000..6_010).chain([20_000]) {
        let base64 = STANDARD.encode_to_string(&bytes[..length]);
        let escaped = base64.replace('+', "%2B").replace('=', "%3D");
        assert_eq!(chunk(&format!("Chunk={escaped}")), bytes[..length]);
    }
}

#[test]
fn what_is_neither() {
    for text in ["*", "Q", "QQ==QQ==", "%00", "%C3%A4", "QU%2", "-1"] {
        assert_eq!(refused(&format!("Chunk={text}")), WHY, "{text}");
    }
}

#[test]
fn a_literal_plus_in_base64_is_not_guessed_at() {
    for text in [
        "QU+D",
        "QUJD+",
        "+QUJD",
        "++++",
        &"A".repeat(5000).replace("AAAAA", "AA+AA"),
    ] {
        assert_eq!(refused(&format!("Chunk={text}")), WHY);
    }
}

#[test]
fn a_value_among_bytes_that_is_none() {
    for (text, shown) in [
        ("256", "256"),
        ("", ""),
        ("1234", "1234"),
        ("-1", "-1"),
        ("QUJD", "QUJD"),
    ] {
        let told = format!("Cannot convert {shown} to System.Byte.");
        assert_eq!(refused(&format!("Chunk=1&Chunk={text}")), told);
    }
    assert_eq!(refused(&format!("Chunk=1&Chunk={}", "A".repeat(100))), WHY);
}
