//! Document text in a form: taken in blocks, whatever its escapes; of any length.

use chunkgate::xml::MAX_TEXT;
use proptest::prelude::*;

use super::support::{error, submit, submit_bytes};
use crate::soap::{documents, support::Call};

fn sent(data: &str) -> Call {
    documents::call("SendText", Some(data), Some("x"))
}

#[test]
fn it_is_taken_in_blocks() {
    for (field, data) in [
        ("", ""),
        ("short", "short"),
        ("sevenbt", "sevenbt"),
        ("a+b%20c%2B%26%3d%25=", "a b c+&=%="),
        ("%0D%0Aa\r\n", "\r\na\r\n"),
        ("abcdef%C3%A4abc%e2%82%ac%F0%9F%98%80", "abcdefäabc€😀"),
        ("äöüß€😀", "äöüß€😀"),
        ("abcdef%", "abcdef%"),
        ("abcdef%4", "abcdef%4"),
        ("%zz%4g%%41%u20AC", "%zz%4g%A%u20AC"),
        ("7", "7"),
        ("%01%00", "\u{1}\0"),
    ] {
        for form in [
            format!("Data={field}&After=x"),
            format!("After=x&Data={field}"),
            format!("after=x&y=1&DATA={field}&y=2"),
        ] {
            let call = submit("SendText", &form).call();
            assert_eq!(call, sent(data), "{form}");
        }
    }
}

#[test]
fn an_escaped_character_is_not_cut() {
    for begin in 0..12 {
        for character in ["ä", "€", "😀", "\u{10FFFF}"] {
            let data = "x".repeat(begin) + &character.repeat(9);
            let bytes = data.bytes();
            let escaped: Vec<String> = bytes.map(|byte| format!("%{byte:02X}")).collect();
            let escaped = escaped.concat();
            let call = submit("SendText", &format!("Data={escaped}&After=x")).call();
            assert_eq!(call, sent(&data));
        }
    }
    // Behind as many bytes as are looked at together.
    for begin in 4090..4100 {
        let data = "x".repeat(begin) + "ä€😀";
        let form = format!(
            "Data={}%C3%A4%E2%82%AC%F0%9F%98%80&After=x",
            "x".repeat(begin)
        );
        assert_eq!(submit("SendText", &form).call(), sent(&data));
    }
}

#[test]
fn one_that_is_not_utf_8_is_malformed_wherever_it_is() {
    for wrong in [
        &b"%E4"[..],
        b"\xE4",
        b"%C3",
        b"%E2%82",
        b"%F0%9F%98",
        b"%ED%A0%80",
        b"%C0%80",
        b"%C3x",
    ] {
        for begin in [0, 1, 5, 6, 7, 4095, 20_000] {
            for behind in [&b""[..], b"x"] {
                for operation in ["SendText", "BeginText", "PassText"] {
                    let begin = "x".repeat(begin);
                    let form = [b"Data=", begin.as_bytes(), wrong, behind, b"&After=x"].concat();
                    let served = submit_bytes(operation, &form);
                    let told = (served.status, &served.body[..], served.ran.len());
                    assert_eq!(told, (400, "", 0), "{operation} {}", begin.len());
                }
            }
        }
    }
}

#[test]
fn what_is_left_of_it_is_passed_over() {
    let long = "more%20of+it".repeat(20_000);
    let call = submit("BeginText", &format!("Data=0123456789{long}&After=x")).call();
    assert_eq!(call, documents::call("BeginText", Some("0123"), Some("x")));
    let call = submit("BeginText", &format!("After=x&Data=0123456789{long}")).call();
    assert_eq!(call, documents::call("BeginText", Some("0123"), Some("x")));
}

#[test]
fn one_that_nobody_asks_for_is_passed_over_whatever_its_length() {
    let long = "%C3%A4".repeat(MAX_TEXT);
    for form in [
        format!("Data={long}&After=x"),
        format!("After=x&Data={long}"),
    ] {
        assert_eq!(
            submit("PassText", &form).call(),
            documents::call("PassText", None, Some("x"))
        );
    }
}

#[test]
fn it_has_to_be_there_once() {
    let served = submit("SendText", "After=x");
    assert_eq!(error(&served), "Missing parameter: Data.");
    let served = submit("SendText", "Data=a&After=x&Data=b");
    let told = "The parameter Data was sent more than once.";
    assert_eq!(error(&served), told);
}

#[test]
fn between_the_bytes_of_an_array_it_is_held_and_bounded() {
    let both = |length| {
        let data = "ä".repeat(length / 2);
        submit("Both", &format!("Chunk=1&Data={data}&Chunk=2"))
    };
    let data = "ä".repeat(50);
    assert_eq!(both(100).call(), documents::call("Both", Some(&data), None));
    assert_eq!(both(MAX_TEXT + 2).status, 400);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn it_is_the_text_that_another_decoder_sees(
        parts in prop::collection::vec(
            prop::sample::select(vec!["ä", "€", "😀", "%", "%4", "+", "=", "%C3%A4", "%41", "abc", "%E2%82%AC"]),
            0..40,
        ),
    ) {
        let form = format!("Data={}&After=x", parts.concat());
        let theirs = form_urlencoded::parse(form.as_bytes()).next().expect("a field").1;
        prop_assume!(!theirs.contains('\u{FFFD}'));
        prop_assert_eq!(submit("SendText", &form).call(), sent(&theirs));
    }
}
