//! The exact bytes of replies with structures, arrays, times and data.

use base64_simd::STANDARD;
use chunkgate::soap::{Reply, Value, Version};
use time::{OffsetDateTime, macros::datetime};

use super::{
    support::{ENVELOPE_11, ENVELOPE_12, NAMESPACE, envelope, in_memory, post, post_11, whole},
    typed,
};

fn assert_reply(operation: &str, parameters: &str, content: &str) {
    let body = format!("<{operation}>{parameters}</{operation}>");
    let served = post_11(operation, envelope(Version::V11, &body));
    let expected = format!(
        "{ENVELOPE_11}<soap:Body><{operation}Response xmlns=\"{NAMESPACE}\">{content}</{operation}Response></soap:Body></soap:Envelope>"
    );
    assert_eq!(served.body, expected);
    let served = post(
        Some("application/soap+xml"),
        None,
        envelope(Version::V12, &body),
    );
    assert_eq!(served.body, expected.replace(ENVELOPE_11, ENVELOPE_12));
}

const AT: &str = "<At>2005-04-25T20:31:00.5Z</At>";

#[test]
fn arrays_hold_an_element_for_each_item() {
    assert_reply(
        "List",
        "<Count>2</Count>",
        &format!(
            "<ListResult><Item><Number>0</Number>{AT}<Subject /><Cost>0.05</Cost></Item><Item><Number>1</Number>{AT}<Cost>0.05</Cost></Item></ListResult><Total>2</Total><Error>0</Error>"
        ),
    );
}

#[test]
fn an_empty_array_is_an_empty_element_and_a_null_one_is_left_out() {
    assert_reply("List", "", "<ListResult /><Total>0</Total><Error>0</Error>");
    assert_reply(
        "List",
        "<Count>-9</Count>",
        "<Total>-9</Total><Error>-9</Error>",
    );
}

#[test]
fn structures_leave_out_what_is_null() {
    let items =
        format!("<Items><Item><Number>0</Number>{AT}<Subject /><Cost>0.05</Cost></Item></Items>");
    assert_reply(
        "Query",
        "",
        &format!("<QueryResult><ResultCode>0</ResultCode>{items}</QueryResult>"),
    );
    assert_reply(
        "Query",
        "<Form><Subject><VerbData>a&lt;</VerbData></Subject></Form>",
        &format!("<QueryResult><ResultCode>0</ResultCode>{items}<Why>a&lt;</Why></QueryResult>"),
    );
}

#[test]
fn an_item_that_is_null_is_nil() {
    assert_reply(
        "Messages",
        "<Kind>nil</Kind>",
        "<MessagesResult><Message><Code>-1003</Code><Text>wrong &lt;b&gt;</Text></Message><Message xsi:nil=\"true\" /></MessagesResult>",
    );
}

#[test]
fn data_is_base64() {
    for length in [1, 2, 3, 24_575, 24_576, 24_577, 100_000] {
        let image = STANDARD.encode_to_string(typed::image(length));
        assert_reply(
            "Fetch",
            &format!("<Length>{length}</Length>"),
            &format!("<FetchResult>0</FetchResult><Image>{image}</Image>"),
        );
    }
    assert_reply("Fetch", "", "<FetchResult>0</FetchResult><Image />");
    assert_reply(
        "Fetch",
        "<Length>-1</Length>",
        "<FetchResult>-1</FetchResult>",
    );
}

#[test]
fn data_is_not_read_to_be_shown() {
    let never = tokio::io::empty();
    let image = chunkgate::soap::Data::read(1 << 40, never);
    let reply = Reply::new("Fetch").result_int(0).with_ref("Image", image);
    let shown = reply.shown().into_response(Version::V11, NAMESPACE);
    let body = in_memory(shown.body);
    assert!(
        body.contains("<Image>(1099511627776 bytes)</Image>"),
        "{body}"
    );
}

#[test]
fn times_are_in_utc_with_the_digits_they_need() {
    for (time, text) in [
        (
            Some(datetime!(2005-04-25 20:31 UTC)),
            "2005-04-25T20:31:00Z",
        ),
        (Some(datetime!(2005-04-25 20:31 -4)), "2005-04-26T00:31:00Z"),
        (
            Some(datetime!(2005-04-25 20:31:00.123456789 UTC)),
            "2005-04-25T20:31:00.1234567Z",
        ),
        (
            Some(datetime!(0999-01-02 03:04:05.000_100 UTC)),
            "0999-01-02T03:04:05.0001Z",
        ),
        (
            Some(datetime!(2005-04-25 20:31:00.00000009 UTC)),
            "2005-04-25T20:31:00Z",
        ),
        (None, "0001-01-01T00:00:00"),
        (Some(datetime!(0001-01-01 00:00 +14)), "0001-01-01T00:00:00"),
    ] {
        assert_time(time, text);
    }
}

fn assert_time(time: Option<OffsetDateTime>, text: &str) {
    assert_eq!(Value::date_time(time).as_text(), Some(text), "{time:?}");
}

#[test]
fn simple_values_are_what_they_print() {
    let reply = Reply::new("X")
        .with_result(true)
        .with_ref("A", 5_i16)
        .with_ref("B", i64::MIN)
        .with_ref("C", "1.50")
        .with_ref("D", None::<i32>)
        .ref_string("E", Some(String::new()));
    let body = whole(reply.into_response(Version::V11, NAMESPACE).body);
    let content = "<XResult>true</XResult><A>5</A><B>-9223372036854775808</B><C>1.50</C><E />";
    assert!(body.contains(&format!(">{content}</XResponse>")), "{body}");
}
