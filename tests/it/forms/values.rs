//! Booleans, numbers and times in a form.

use time::macros::datetime;

use crate::soap::support::Call;

use super::support::{error, submit};

#[test]
fn booleans_are_words_in_any_case() {
    for (text, value) in [
        ("true", true),
        ("TRUE", true),
        ("+True%0D%0A", true),
        ("False", false),
    ] {
        let form = format!("SessionID=1&Chunk=&IsLast={text}");
        let Call::Chunk { is_last, .. } = submit("UploadFileChunk", &form).call() else {
            panic!("another call");
        };
        assert_eq!(is_last, value, "{text}");
    }
}

#[test]
fn what_is_no_boolean() {
    for (text, shown) in [
        ("1", "1"),
        ("0", "0"),
        ("", ""),
        ("yes", "yes"),
        ("%3Cb%3E%26", "&lt;b&gt;&amp;"),
    ] {
        let form = format!("SessionID=1&Chunk=&IsLast={text}");
        let told = format!("Cannot convert {shown} to System.Boolean.");
        assert_eq!(error(&submit("UploadFileChunk", &form)), told);
    }
}

#[test]
fn integers() {
    for (text, seconds) in [
        ("5", 5),
        ("+-5+", -5),
        ("%2B7", 7),
        ("-2147483648", i32::MIN),
    ] {
        let served = submit("Wait", &format!("Seconds={text}"));
        assert_eq!(served.call(), Call::Wait { seconds });
    }
    for text in ["", "x", "1.0", "2147483648", "0x10"] {
        let told = format!("Cannot convert {text} to System.Int32.");
        assert_eq!(error(&submit("Wait", &format!("Seconds={text}"))), told);
    }
}

#[test]
fn longs() {
    let served = submit("Schedule", "At=2000-01-01&Number=-9223372036854775808");
    let at = Some(datetime!(2000-01-01 00:00 UTC));
    let number = i64::MIN;
    assert_eq!(served.call(), Call::Schedule { at, number });
    let served = submit("Schedule", "At=2000-01-01&Number=9223372036854775808");
    assert_eq!(
        error(&served),
        "Cannot convert 9223372036854775808 to System.Int64."
    );
}

#[test]
fn times() {
    let served = submit("Schedule", "At=2005-04-25T20%3A31%3A00-04%3A00&Number=1");
    let at = Some(datetime!(2005-04-25 20:31 -4));
    assert_eq!(served.call(), Call::Schedule { at, number: 1 });
    for text in ["", "12/31/2001", "tomorrow"] {
        let served = submit("Schedule", &format!("At={text}&Number=1"));
        let told = format!("Cannot convert {text} to System.DateTime.");
        assert_eq!(error(&served), told);
    }
}
