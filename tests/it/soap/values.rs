//! Numbers of 64 bits and times in an envelope.

use chunkgate::soap::Version;
use time::{OffsetDateTime, macros::datetime};

use super::support::{Call, Served, envelope, post_11};

fn schedule(parameters: &str) -> Served {
    let call = format!("<Schedule>{parameters}</Schedule>");
    post_11("Schedule", envelope(Version::V11, &call))
}

fn at(text: &str) -> Option<OffsetDateTime> {
    let Call::Schedule { at, .. } = schedule(&format!("<At>{text}</At>")).call() else {
        panic!("another call");
    };
    at
}

#[test]
fn longs() {
    for (text, number) in [
        ("5", 5),
        (" -5\n", -5),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
    ] {
        let served = schedule(&format!("<Number>{text}</Number>"));
        let expected = Call::Schedule { at: None, number };
        assert_eq!(served.call(), expected);
    }
    for (text, why) in [
        ("", "Input string was not in a correct format."),
        ("1.5", "Input string was not in a correct format."),
        (
            "9223372036854775808",
            "Value was either too large or too small for an Int64.",
        ),
    ] {
        let served = schedule(&format!("<Number>{text}</Number>"));
        assert!(served.fault().ends_with(why), "{text}");
    }
}

#[test]
fn times() {
    for (text, time) in [
        ("2001-12-31T00:00:00-00:00", datetime!(2001-12-31 0:00 UTC)),
        ("2005-04-25T20:31:00-04:00", datetime!(2005-04-25 20:31 -4)),
        (
            "2005-04-25T20:31:00+05:30",
            datetime!(2005-04-25 20:31 +5:30),
        ),
        ("2000-01-01", datetime!(2000-01-01 0:00 UTC)),
        ("2000-01-01Z", datetime!(2000-01-01 0:00 UTC)),
        ("2000-01-01+14:00", datetime!(2000-01-01 0:00 +14)),
        ("0001-01-01T00:00:00", datetime!(0001-01-01 0:00 UTC)),
        (
            " 2004-02-29T23:59:59.5Z\n",
            datetime!(2004-02-29 23:59:59.5 UTC),
        ),
        (
            "2000-01-01T00:00:00.1234567890123Z",
            datetime!(2000-01-01 0:00:00.123456789 UTC),
        ),
        ("1999-12-31T24:00:00", datetime!(2000-01-01 0:00 UTC)),
        ("9999-12-31T23:59:59", datetime!(9999-12-31 23:59:59 UTC)),
    ] {
        assert_eq!(at(text), Some(time), "{text}");
    }
}

#[test]
fn what_is_no_time() {
    for text in [
        "",
        "tomorrow",
        "12/31/2001",
        "2001-02-29",
        "2001-2-01",
        "2001-13-01",
        "0000-01-01",
        "10000-01-01",
        "+001-01-01",
        "2001-01-01T",
        "2001-01-01T1:00:00",
        "2001-01-01T01:00",
        "2001-01-01T24:00:01",
        "2001-01-01T24:00:00.1",
        "2001-01-01T00:60:00",
        "2001-01-01T00:00:60",
        "2001-01-01T00:00:00.",
        "2001-01-01T00:00:00.Z",
        "2001-01-01T00:00:00z",
        "2001-01-01T00:00:00+5",
        "2001-01-01T00:00:00+14:01",
        "2001-01-01T00:00:00+01:60",
        "2001-01-01 00:00:00",
        "2001-01-01T00:00:00Zx",
        "2001-01-0ä",
        "9999-12-31T24:00:00",
    ] {
        let served = schedule(&format!("<At>{text}</At>"));
        let fault = served.fault();
        assert!(
            fault.starts_with(
                "Server was unable to read request. ---&gt; There is an error in XML document (1, "
            ),
            "{fault}"
        );
        let inner = format!(" ---&gt; The string '{text}' is not a valid AllXsd value.");
        assert!(fault.ends_with(&inner), "{fault}");
    }
}
