//! Header values: whatever stands in them, the answer is XML, and an address is one.

use actix_web::{
    http::header::{HeaderName, HeaderValue},
    test::TestRequest,
};
use chunkgate::{
    http::{ClientAddresses, public_address},
    soap::{RequestHead, handle},
};

use super::{
    recorder::serve,
    support::{Source, run},
};

const ENVELOPE: &str = "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body>\
    <CancelFileUpload xmlns='http://www.interfax.cc'/></s:Body></s:Envelope>";

/// Checks an input: header values, a line each.
pub fn check(input: &[u8]) {
    let mut values = input
        .split(|&byte| byte == b'\n')
        .map(HeaderValue::from_bytes);
    let mut next = || values.next().and_then(Result::ok);
    let (content_type, soap_action) = (next(), next());
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let content_type = content_type.as_ref().map(text);
    let soap_action = soap_action.as_ref().map(text);
    for content_type in [
        content_type.as_deref(),
        Some("text/xml"),
        Some("application/soap+xml"),
    ] {
        let head = RequestHead {
            content_type,
            soap_action: soap_action.as_deref(),
        };
        serve(|service| run(handle(service, head, Source::new(ENVELOPE, usize::MAX))));
    }

    let mut request = TestRequest::default().peer_addr(([10, 0, 0, 1], 4711).into());
    for name in [
        "host",
        "forwarded",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded-port",
        "x-forwarded-prefix",
        "x-forwarded-for",
    ] {
        if let Some(value) = next() {
            request = request.insert_header((HeaderName::from_static(name), value));
        }
    }
    let request = request.to_http_request();
    for trusted in [&["10.0.0.0/8".parse().expect("a network")][..], &[]] {
        let proxies = ClientAddresses::new(trusted);
        let address = public_address(&request, &proxies, "/dfs.asmx");
        let rest = address
            .strip_prefix("http://")
            .or_else(|| address.strip_prefix("https://"))
            .expect("a scheme");
        assert!(
            rest.ends_with("/dfs.asmx") && !rest.starts_with('/'),
            "{address}"
        );
        let odd = |c: char| c.is_control() || c.is_whitespace() || "<>\"'\\".contains(c);
        assert!(!address.contains(odd), "{address:?}");
        proxies.resolve([10, 0, 0, 1].into(), request.headers());
    }
}
