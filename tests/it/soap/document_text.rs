//! Document text as a parameter: taken in blocks, left in the middle, of any length.

use chunkgate::{soap::Version, xml::MAX_TEXT};

use super::{
    documents,
    support::{Call, Served, envelope, post_11},
};

fn post_text(operation: &str, parameters: &str) -> Served {
    let call = format!("<{operation}>{parameters}</{operation}>");
    post_11(operation, envelope(Version::V11, &call))
}

#[test]
fn it_is_taken_in_blocks() {
    for (element, data) in [
        ("", None),
        ("<Data/>", Some("")),
        ("<Data></Data>", Some("")),
        ("<Data>short</Data>", Some("short")),
        ("<Data>sevenbt</Data>", Some("sevenbt")),
        (
            "<Data>Grüße\r\nfür 5 € &amp; 😀<![CDATA[ ]] <b>]]></Data>",
            Some("Grüße\nfür 5 € & 😀 ]] <b>"),
        ),
        ("<Data>one</Data><Data>another</Data>", Some("one")),
    ] {
        for parameters in [
            format!("{element}<After>x</After>"),
            format!("<After>x</After>{element}"),
        ] {
            let call = post_text("SendText", &parameters).call();
            assert_eq!(
                call,
                documents::call("SendText", data, Some("x")),
                "{parameters}"
            );
        }
    }
}

#[test]
fn what_is_left_of_it_is_passed_over() {
    let long = "<!---->x&amp;".repeat(100) + &"more of it, ".repeat(20_000);
    let parameters = format!("<Data>0123456789{long}</Data><After>x</After>");
    let call = post_text("BeginText", &parameters).call();
    assert_eq!(call, documents::call("BeginText", Some("0123"), Some("x")));
    // Nothing comes after it, so that the end passes over it.
    let call = post_text("BeginText", &format!("<Data>0123456789{long}</Data>")).call();
    assert_eq!(call, documents::call("BeginText", Some("0123"), None));
}

#[test]
fn what_is_left_of_it_is_checked() {
    let long = "x".repeat(20_000);
    for wrong in ["]]>", "\u{1}", "<x/>", "&x;", "&#0;"] {
        for parameters in [
            format!("<Data>0123456789{wrong}</Data><After>x</After>"),
            format!("<Data>{long}{wrong}</Data>"),
        ] {
            for operation in ["SendText", "BeginText"] {
                let served = post_text(operation, &parameters);
                assert_eq!((served.status, served.ran.len()), (400, 0), "{wrong}");
            }
        }
    }
}

#[test]
fn an_envelope_cut_within_it_runs_nothing() {
    let parameters = "<Data>Grüße für &amp; 😀<![CDATA[ ]] <b>]]></Data>";
    let whole = envelope(Version::V11, &format!("<SendText>{parameters}</SendText>"));
    for length in 0..whole.len() {
        let served = post_11("SendText", &whole.as_bytes()[..length]);
        assert_eq!((served.status, served.ran.len()), (400, 0), "{length}");
    }
}

#[test]
fn it_is_not_limited() {
    let line = "Grüße für 5 €\r\n";
    let lines = (5 << 20) / line.len();
    let parameters = format!("<Data>{}</Data>", line.repeat(lines));
    let body = envelope(
        Version::V11,
        &format!("<MeasureText>{parameters}</MeasureText>"),
    );
    let action = format!("{}/MeasureText", super::support::NAMESPACE);
    let source = crate::xml::support::Source::new(body, 8192);
    let served = super::support::serve(Some("text/xml"), Some(&action), source);
    let bytes = lines * (line.len() - 1);
    assert_eq!(Served::of(served).call(), Call::Measure { bytes });
}

#[test]
fn one_that_nobody_asks_for_is_a_text_like_others() {
    let with = |length| {
        let data = "x".repeat(length);
        post_text("PassText", &format!("<Data>{data}</Data><After>x</After>"))
    };
    assert_eq!(
        with(MAX_TEXT).call(),
        documents::call("PassText", None, Some("x"))
    );
    assert_eq!(with(MAX_TEXT + 1).status, 400);
}
