//! What a form may have at most, and that data is not limited by it nor held.

use std::fmt::Write as _;

use base64_simd::STANDARD;
use chunkgate::{
    soap::handle_form,
    xml::{MAX_ELEMENTS, MAX_NAME, MAX_TEXT},
};

use crate::{
    soap::support::{Call, Recorder, Served},
    xml::support::{Source, run},
};

use super::support::FORM;

fn submit(operation: &str, form: &str) -> Served {
    let service = Recorder::default();
    let source = Source::new(form, 8192);
    let outcome = run(handle_form(
        &service,
        &format!("/{operation}"),
        Some(FORM),
        source,
    ));
    Served::of((outcome, service.ran.into_inner()))
}

fn is_malformed(served: &Served) -> bool {
    (served.status, &served.body[..], &served.ran[..]) == (400, "", &[][..])
}

#[test]
fn texts() {
    let with = |length| {
        let text = "%41".repeat(length);
        submit(
            "UploadFileChunk",
            &format!("SessionID={text}&Chunk=&IsLast=true"),
        )
    };
    assert_eq!(with(MAX_TEXT).status, 200);
    assert!(is_malformed(&with(MAX_TEXT + 1)));
    // What nobody asks for is passed over.
    let unknown = format!("x={}&Seconds=1", "a".repeat(2 * MAX_TEXT));
    assert_eq!(submit("Wait", &unknown).status, 200);
}

#[test]
fn names() {
    let with = |length| submit("Wait", &format!("{}=1&Seconds=1", "%61".repeat(length)));
    assert_eq!(with(MAX_NAME).status, 200);
    assert!(is_malformed(&with(MAX_NAME + 1)));
}

#[test]
fn fields() {
    let with = |field: &str, more| submit("Wait", &(field.repeat(more) + "Seconds=1"));
    for field in ["x=1&", "x&", "&"] {
        assert_eq!(with(field, MAX_ELEMENTS - 1).status, 200);
        assert!(is_malformed(&with(field, MAX_ELEMENTS)));
    }
}

#[test]
fn bytes_of_an_array_are_no_fields_in_this_sense() {
    let mut form = "SessionID=1&IsLast=true".to_owned();
    for byte in 0..100_000_u32 {
        let _ = write!(form, "&Chunk={}", byte % 256);
    }
    let Call::Chunk { chunk, .. } = submit("UploadFileChunk", &form).call() else {
        panic!("another call");
    };
    let expected: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    assert!(chunk.expect("a chunk") == expected);
}

#[test]
fn base64_is_not_limited() {
    let bytes: Vec<u8> = (0..=255).cycle().take(4 << 20).collect();
    let base64 = STANDARD.encode_to_string(&bytes).replace('+', "%2B");
    let form = format!("SessionID=1&IsLast=true&Chunk={base64}");
    let Call::Chunk { chunk, .. } = submit("UploadFileChunk", &form).call() else {
        panic!("another call");
    };
    assert!(chunk.expect("a chunk") == bytes);
}
